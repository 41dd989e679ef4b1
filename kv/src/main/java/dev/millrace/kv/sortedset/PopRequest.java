package dev.millrace.kv.sortedset;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;

/** What ZMPOP and BZMPOP ask for: {@code numkeys key [key ...] MIN|MAX [COUNT count]}. */
record PopRequest(int firstKey, int lastKey, boolean max, long count) {
    /** Reads it, with {@code numkeys} at an index. */
    static PopRequest read(Call call, int numkeys) {
        long keys = positive(call, numkeys, "ERR numkeys should be greater than 0");
        if (keys >= call.count() - numkeys - 1) {
            throw Refusal.SYNTAX;
        }
        int end = numkeys + 1 + (int) keys;
        boolean max = call.is(end, "MAX");
        if (!max && !call.is(end, "MIN")) {
            throw Refusal.SYNTAX;
        }
        return new PopRequest(numkeys + 1, end - 1, max, count(call, end + 1));
    }

    private static long count(Call call, int index) {
        if (index == call.count()) {
            return 1;
        }
        if (!call.is(index, "COUNT") || index + 1 == call.count()) {
            throw Refusal.SYNTAX;
        }
        long count = positive(call, index + 1, "ERR count should be greater than 0");
        if (index + 2 < call.count()) {
            throw Refusal.SYNTAX;
        }
        return count;
    }

    private static long positive(Call call, int index, String error) {
        return call.integer(index, 1, Long.MAX_VALUE, new Refusal(error));
    }
}
