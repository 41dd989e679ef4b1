package dev.millrace.kv.bitmap;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;

import java.util.List;

/** SETBIT and GETBIT. Bit 0 is the highest of byte 0. */
public final class Bits {
    private Bits() {}

    public static List<Command> all() {
        return List.of(
                Command.named("setbit")
                        .since("2.2.0")
                        .group("bitmap")
                        .complexity("O(1)")
                        .summary(
                                "Sets or clears the bit at offset in the string value stored at key")
                        .arity(4)
                        .keys(Keys.one())
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .categories("bitmap")
                        .access(KeyAccess.of("RW", "access", "update"))
                        .does(Bits::setBit),
                Command.named("getbit")
                        .since("2.2.0")
                        .group("bitmap")
                        .complexity("O(1)")
                        .summary(
                                "Returns the bit value at offset in the string value stored at key")
                        .arity(3)
                        .keys(Keys.one())
                        .flags(Flag.READONLY, Flag.FAST)
                        .categories("bitmap")
                        .does(Bits::getBit));
    }

    private static void setBit(Call call) {
        long offset = BitOffset.parse(call, 2);
        boolean on =
                call.integer(3, 0, 1, new Refusal("ERR bit is not an integer or out of range"))
                        == 1;
        Key key = call.write(1).requireString();
        int at = (int) (offset >>> 3);
        int mask = 0x80 >>> (offset & 7);
        boolean isThere = at < key.valueLength();
        int before = isThere ? Memory.getUnsignedByte(key.value() + at) : 0;
        int after = on ? before | mask : before & ~mask;
        if (!isThere || before != after) {
            NativeBuffer changed = call.scratch();
            changed.putByte(after);
            call.effects().setRange(key, at, changed.address(), 1);
            call.notify(Notification.STRING, "setbit", key);
        } else {
            call.effects().makeRaw(key);
        }
        call.reply().flag((before & mask) != 0);
    }

    private static void getBit(Call call) {
        long offset = BitOffset.parse(call, 2);
        Key key = call.read(1).requireString();
        long at = offset >>> 3;
        int found = at < key.valueLength() ? Memory.getUnsignedByte(key.value() + at) : 0;
        call.reply().flag((found & 0x80 >>> (offset & 7)) != 0);
    }
}
