package dev.millrace.kv.bitmap;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Keys;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.effect.Combination.Operation;

import java.util.List;

/** BITOP. What is logged is which strings are combined how, not the result. */
public final class BitOperations {
    private static final int FIRST_SOURCE = 3;

    /** Where its key is, and its value, with the lengths of both; once more to apply it. */
    private static final long HEAP_BYTES_PER_SOURCE = 2 * (8 + 4);

    private BitOperations() {}

    public static List<Command> all() {
        return List.of(
                Command.named("bitop")
                        .since("2.6.0")
                        .group("bitmap")
                        .complexity("O(N)")
                        .summary("Perform bitwise operations between strings")
                        .arity(-4)
                        .keys(Keys.range(2, -1, 1))
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .categories("bitmap")
                        .access(
                                KeyAccess.of("OW", "update").at(2, 2),
                                KeyAccess.of("RO", "access").at(3, -1))
                        .does(BitOperations::combine));
    }

    private static Operation operation(Call call) {
        for (Operation operation : Operation.values()) {
            if (call.is(1, operation.name())) {
                return operation;
            }
        }
        throw Refusal.SYNTAX;
    }

    private static void combine(Call call) {
        Operation operation = operation(call);
        int sources = call.count() - FIRST_SOURCE;
        if (operation == Operation.NOT && sources != 1) {
            throw new Refusal("ERR BITOP NOT must be called with a single source key.");
        }
        call.takeHeap(sources * HEAP_BYTES_PER_SOURCE);
        long[] keys = new long[sources];
        int[] lengths = new int[sources];
        int longest = 0;
        for (int i = 0; i < sources; i++) {
            Key source = call.read(FIRST_SOURCE + i).requireString();
            keys[i] = source.address();
            lengths[i] = source.length();
            longest = Math.max(longest, source.valueLength());
        }
        Key to = call.other(2);
        if (longest > 0) {
            call.effects().combine(to, operation, keys, lengths);
            call.notify(Notification.STRING, "set", to);
        } else if (to.exists()) {
            call.effects().delete(to);
            call.notify(Notification.GENERIC, "del", to);
        }
        call.reply().integer(longest);
    }
}
