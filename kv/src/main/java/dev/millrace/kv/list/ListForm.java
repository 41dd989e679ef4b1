package dev.millrace.kv.list;

import dev.millrace.kv.collection.ListValue;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.session.Config.Quantity;

/**
 * Whether a list is one listpack or a chain of them, as {@code list-max-listpack-size} says: a
 * number of elements, or -1 to -5 for 4 to 64 KiB, of which more than 8 KiB are never used. A chain
 * stays one.
 */
final class ListForm {
    private static final int PACKED_BYTES_MAX = 8 * 1024;
    private static final int SMALLEST_LIMIT_BYTES = 4 * 1024;
    private static final int LIMITS = 5;

    /** The most that an element takes in a listpack beyond its length. */
    private static final int ELEMENT_BYTES = 10;

    private ListForm() {}

    /** With this element put in, or put in the place of another. */
    static boolean isChain(Call call, Key key, int length) {
        return isChain(call, key, 1, length);
    }

    /** With so many more elements that are together so long. */
    static boolean isChain(Call call, Key key, int more, long bytes) {
        if (ListValue.isChain(key)) {
            return true;
        }
        long packed = ListValue.packedBytes(key) + bytes + (long) more * ELEMENT_BYTES;
        long limit = call.server().config().get(Quantity.LIST_MAX_LISTPACK_SIZE);
        if (limit >= 0) {
            return packed > PACKED_BYTES_MAX || ListValue.size(key) + more > limit;
        }
        long wanted = (long) SMALLEST_LIMIT_BYTES << Math.min(-limit, LIMITS) - 1;
        return packed > Math.min(wanted, PACKED_BYTES_MAX);
    }
}
