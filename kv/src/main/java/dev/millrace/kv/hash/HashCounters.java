package dev.millrace.kv.hash;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.string.LongDouble;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** HINCRBY and HINCRBYFLOAT: fields that are numbers. */
public final class HashCounters {
    private static final long EFFECT_BYTES = 128;

    private HashCounters() {}

    public static List<Command> all() {
        return List.of(
                Command.named("hincrby")
                        .since("2.0.0")
                        .group("hash")
                        .arity(4)
                        .keys(Keys.one())
                        .complexity("O(1)")
                        .summary("Increment the integer value of a hash field by the given number")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .categories("hash")
                        .access(KeyAccess.of("RW", "access", "update"))
                        .cost(request -> EFFECT_BYTES + request.bytes())
                        .does(HashCounters::add),
                Command.named("hincrbyfloat")
                        .since("2.6.0")
                        .group("hash")
                        .arity(4)
                        .keys(Keys.one())
                        .complexity("O(1)")
                        .summary("Increment the float value of a hash field by the given amount")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .categories("hash")
                        .access(KeyAccess.of("RW", "access", "update"))
                        .cost(request -> EFFECT_BYTES + request.bytes() + LongDouble.TEXT_BYTES_MAX)
                        .does(HashCounters::addFloat));
    }

    private static void add(Call call) {
        long increment = call.integer(3);
        Key key = call.write(1).require(Item.TYPE_HASH);
        long before = 0;
        Element value = call.element();
        if (HashValue.get(key, call.address(2), call.length(2), value)) {
            if (!Decimal.isLong(value.address(), value.length())) {
                throw new Refusal("ERR hash value is not an integer");
            }
            before = Decimal.parse(value.address(), value.length());
        }
        long after = before + increment;
        if (((before ^ after) & (increment ^ after)) < 0) {
            throw Refusal.OVERFLOW;
        }
        NativeBuffer text = call.scratch();
        int length = Decimal.write(text.room(Decimal.BYTES_MAX), after);
        Hashes.putOne(call, key, text.address(), length);
        call.notify(Notification.HASH, "hincrby", key);
        call.reply().integer(after);
    }

    private static void addFloat(Call call) {
        LongDouble increment = LongDouble.parse(text(call.address(3), call.length(3)));
        if (!increment.isFinite()) {
            throw new Refusal("ERR value is NaN or Infinity");
        }
        Key key = call.write(1).require(Item.TYPE_HASH);
        LongDouble before = LongDouble.ZERO;
        Element value = call.element();
        if (HashValue.get(key, call.address(2), call.length(2), value)) {
            before = parse(value);
        }
        LongDouble after = before.plus(increment);
        if (!after.isFinite()) {
            throw new Refusal("ERR increment would produce NaN or Infinity");
        }
        NativeBuffer text = call.scratch();
        text.putUtf8(after.text());
        int length = (int) text.length();
        Hashes.putOne(call, key, text.address(), length);
        call.notify(Notification.HASH, "hincrbyfloat", key);
        call.reply().bulk(text.address(), length);
    }

    private static LongDouble parse(Element value) {
        try {
            return LongDouble.parse(text(value.address(), value.length()));
        } catch (Refusal e) {
            throw new Refusal("ERR hash value is not a float");
        }
    }

    /** Byte for byte, and no more of it than can be a number. */
    private static String text(long address, int length) {
        int enough = Math.min(length, LongDouble.TEXT_BYTES_MAX + 1);
        return new String(Memory.bytes(address, enough), StandardCharsets.ISO_8859_1);
    }
}
