package dev.millrace.kv.string;

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
import dev.millrace.kv.store.Item;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** INCRBYFLOAT. */
public final class Floats {
    private static final long EFFECT_BYTES = 128;

    private Floats() {}

    public static List<Command> all() {
        return List.of(
                Command.named("incrbyfloat")
                        .since("2.6.0")
                        .group("string")
                        .complexity("O(1)")
                        .summary("Increment the float value of a key by the given amount")
                        .arity(3)
                        .keys(Keys.one())
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .categories("string")
                        .cost(
                                request ->
                                        EFFECT_BYTES
                                                + request.length(1)
                                                + LongDouble.TEXT_BYTES_MAX)
                        .access(KeyAccess.of("RW", "access", "update"))
                        .does(Floats::add));
    }

    private static void add(Call call) {
        Key key = call.write(1).requireString();
        LongDouble before =
                key.exists()
                        ? LongDouble.parse(text(key.value(), key.valueLength()))
                        : LongDouble.ZERO;
        LongDouble increment = LongDouble.parse(text(call.address(2), call.length(2)));
        LongDouble after = before.plus(increment);
        if (!after.isFinite()) {
            throw new Refusal("ERR increment would produce NaN or Infinity");
        }
        NativeBuffer text = call.scratch();
        text.putUtf8(after.text());
        int length = (int) text.length();
        call.effects().putString(key, text.address(), length, key.expiresAt(), Item.ENCODING_TEXT);
        call.notify(Notification.STRING, "incrbyfloat", key);
        call.reply().bulk(key.value(), key.valueLength());
    }

    /** Byte for byte, and no more of it than can be a number. */
    private static String text(long address, int length) {
        int enough = Math.min(length, LongDouble.TEXT_BYTES_MAX + 1);
        return new String(Memory.bytes(address, enough), StandardCharsets.ISO_8859_1);
    }
}
