package dev.millrace.kv.list;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;

/**
 * What follows the name of LMPOP and of BLMPOP: {@code numkeys key [key ...] <LEFT | RIGHT> [COUNT
 * count]}.
 *
 * @param first index of the first key
 * @param last index of the last
 * @param elements how many are wanted at most
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
record ManyKeys(int first, int last, ListEnd end, long elements) {
    private static final Refusal NO_KEYS = new Refusal("ERR numkeys should be greater than 0");
    private static final Refusal NO_COUNT = new Refusal("ERR count should be greater than 0");

    /** Reads the arguments, from {@code numkeys} on. */
    static ManyKeys of(Call call, int numkeys) {
        long keys = call.integer(numkeys, 1, Long.MAX_VALUE, NO_KEYS);
        if (keys >= call.count() - numkeys - 1) {
            throw Refusal.SYNTAX;
        }
        int last = numkeys + (int) keys;
        ListEnd end = ListEnd.of(call, last + 1);
        return new ManyKeys(numkeys + 1, last, end, elements(call, last + 2));
    }

    private static long elements(Call call, int at) {
        if (at == call.count()) {
            return 1;
        }
        if (!call.is(at, "COUNT") || at + 1 == call.count()) {
            throw Refusal.SYNTAX;
        }
        long elements = call.integer(at + 1, 1, Long.MAX_VALUE, NO_COUNT);
        if (at + 2 < call.count()) {
            throw Refusal.SYNTAX;
        }
        return elements;
    }
}
