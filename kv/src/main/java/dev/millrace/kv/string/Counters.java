package dev.millrace.kv.string;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Decimal;

import java.util.List;

/** INCR and its kin: strings that are integers. */
public final class Counters {
    private static final String INCR_COMPLEXITY = "O(1)";

    private Counters() {}

    private static Command.Builder counter(String name, int arity, String summary) {
        return Command.named(name)
                .since("1.0.0")
                .group("string")
                .complexity(INCR_COMPLEXITY)
                .summary(summary)
                .arity(arity)
                .keys(Keys.one())
                .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                .categories("string");
    }

    public static List<Command> all() {
        return List.of(
                counter("incr", 2, "Increment the integer value of a key by one")
                        .access(KeyAccess.of("RW", "access", "update"))
                        .does(call -> add(call, 1)),
                counter("decr", 2, "Decrement the integer value of a key by one")
                        .access(KeyAccess.of("RW", "access", "update"))
                        .does(call -> add(call, -1)),
                counter("incrby", 3, "Increment the integer value of a key by the given amount")
                        .access(KeyAccess.of("RW", "access", "update"))
                        .does(call -> add(call, call.integer(2))),
                counter("decrby", 3, "Decrement the integer value of a key by the given number")
                        .access(KeyAccess.of("RW", "access", "update"))
                        .does(Counters::decrBy));
    }

    private static void decrBy(Call call) {
        long decrement = call.integer(2);
        if (decrement == Long.MIN_VALUE) {
            throw new Refusal("ERR decrement would overflow");
        }
        add(call, -decrement);
    }

    private static void add(Call call, long increment) {
        Key key = call.write(1).requireString();
        long before = 0;
        if (key.exists()) {
            if (!Decimal.isLong(key.value(), key.valueLength())) {
                throw Refusal.NOT_AN_INTEGER;
            }
            before = Decimal.parse(key.value(), key.valueLength());
        }
        long after = before + increment;
        if (((before ^ after) & (increment ^ after)) < 0) {
            throw Refusal.OVERFLOW;
        }
        NativeBuffer text = call.scratch();
        int length = Decimal.write(text.room(Decimal.BYTES_MAX), after);
        call.effects().putString(key, text.address(), length, key.expiresAt());
        call.notify(Notification.STRING, "incrby", key);
        call.reply().integer(after);
    }
}
