package dev.millrace.kv.sortedset;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Command;
import dev.millrace.kv.command.Flag;
import dev.millrace.kv.command.KeyAccess;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Request;

import java.util.List;

/** ZADD and ZINCRBY. */
public final class Adding {
    private Adding() {}

    public static List<Command> all() {
        return List.of(
                Declarations.sortedSet("zadd", "1.2.0", -4)
                        .complexity(
                                "O(log(N)) for each item added, where N is the number of elements"
                                        + " in the sorted set.")
                        .summary(
                                "Add one or more members to a sorted set, or update its score if"
                                        + " it already exists")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .access(KeyAccess.of("RW", "update"))
                        .cost(Adding::cost)
                        .does(call -> add(call, 0)),
                Declarations.sortedSet("zincrby", "1.2.0", 4)
                        .complexity(
                                "O(log(N)) where N is the number of elements in the sorted set.")
                        .summary("Increment the score of a member in a sorted set")
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .access(KeyAccess.of("RW", "access", "update"))
                        .cost(Adding::cost)
                        .does(call -> add(call, Addition.INCR)));
    }

    /** Two effects at most: see {@link Addition}. */
    public static long cost(Request request) {
        return request.bytes() + request.length(1) + 32L * request.count();
    }

    private static int option(Call call, int index) {
        return switch (call.length(index)) {
            case 2 ->
                    call.is(index, "NX")
                            ? Addition.NX
                            : call.is(index, "XX")
                                    ? Addition.XX
                                    : call.is(index, "GT")
                                            ? Addition.GT
                                            : call.is(index, "LT")
                                                    ? Addition.LT
                                                    : call.is(index, "CH") ? Addition.CH : 0;
            case 4 -> call.is(index, "INCR") ? Addition.INCR : 0;
            default -> 0;
        };
    }

    private static void add(Call call, int given) {
        int options = given;
        int first = 2;
        for (int option; first < call.count() && (option = option(call, first)) != 0; first++) {
            options |= option;
        }
        int arguments = call.count() - first;
        if (arguments == 0 || arguments % 2 != 0) {
            throw Refusal.SYNTAX;
        }
        refuseContradiction(options, arguments / 2);
        long scores = scores(call, first);
        Addition addition = new Addition(call, options);
        for (int i = first; i < call.count(); i += 2) {
            double score = Double.longBitsToDouble(Memory.getLong(scores));
            addition.put(score, call.address(i + 1), call.length(i + 1));
            scores += Double.BYTES;
        }
        addition.end();
    }

    private static void refuseContradiction(int options, int members) {
        if ((options & Addition.NX) != 0 && (options & Addition.XX) != 0) {
            throw new Refusal("ERR XX and NX options at the same time are not compatible");
        }
        if (Integer.bitCount(options & (Addition.NX | Addition.GT | Addition.LT)) > 1) {
            throw new Refusal("ERR GT, LT, and/or NX options at the same time are not compatible");
        }
        if ((options & Addition.INCR) != 0 && members > 1) {
            throw new Refusal("ERR INCR option supports a single increment-element pair");
        }
    }

    /** Reads all scores, so that a bad one is refused before anything changes. */
    private static long scores(Call call, int first) {
        NativeBuffer scores = call.scratch();
        for (int i = first; i < call.count(); i += 2) {
            double score = Scores.of(call, i);
            scores.putLong(Double.doubleToRawLongBits(score));
        }
        return scores.address();
    }
}
