package dev.millrace.kv.command;

import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.resp.Request;

/**
 * Which arguments of a command are keys: what COMMAND GETKEYS answers and what is locked.
 *
 * @param first index of the first key, 0 if there is none
 * @param last index of the last, negative to count from the end
 * @param step from key to key
 * @param counted index of an argument that says how many keys follow it, 0 if there is none; then
 *     {@code first} may name a key before it (a destination), or be 0. If it says more than there
 *     are arguments none of them is a key, as with Redis: the command will be refused
 * @param stored index from which on STORE or STOREDIST may be, and a key behind it; the last one
 *     counts; 0 if neither can be
 * @param streams index from which on STREAMS may be, whose keys are the first half of what stands
 *     behind it; 0 if it cannot be
 * @param listed index from which on KEYS may be, with keys to the end behind it, if the first one
 *     is empty; 0 if it cannot be
 */
public record Keys(
        int first, int last, int step, int counted, int stored, int streams, int listed) {
    public static final Keys NONE = new Keys(0, 0, 0, 0, 0);

    private Keys(int first, int last, int step, int counted, int stored) {
        this(first, last, step, counted, stored, 0, 0);
    }

    /** As many keys behind STREAMS as there are arguments behind them. */
    public static Keys streams(int from) {
        return new Keys(0, 0, 0, 0, 0, from, 0);
    }

    public static Keys one() {
        return new Keys(1, 1, 1, 0, 0);
    }

    public static Keys range(int first, int last, int step) {
        return new Keys(first, last, step, 0, 0);
    }

    /** {@code numkeys} at this index, and the keys behind it. */
    public static Keys counted(int index) {
        return new Keys(0, 0, 0, index, 0);
    }

    /** A destination, {@code numkeys} at this index, and the keys behind it. */
    public static Keys countedInto(int destination, int index) {
        return new Keys(destination, destination, 1, index, 0);
    }

    /** The first argument, and what STORE names from this index on. */
    public static Keys storing(int from) {
        return new Keys(1, 1, 1, 0, from);
    }

    /** One at an index; if it is empty, those that KEYS announces from another index on. */
    public static Keys listed(int index, int from) {
        return new Keys(index, index, 1, 0, 0, 0, from);
    }

    /** Is told the index of each key. */
    @FunctionalInterface
    public interface Each {
        void key(int index);
    }

    public boolean isNone() {
        return first == 0 && counted == 0 && streams == 0;
    }

    /** True if where the keys are depends on an argument. */
    public boolean isMovable() {
        return counted != 0 || stored != 0 || streams != 0 || listed != 0;
    }

    /** The last key's index in this request, or {@code first - 1} if there is none. */
    public int last(int count) {
        return last < 0 ? count + last : Math.min(last, count - 1);
    }

    public void each(Request request, Each each) {
        if (listed != 0 && first < request.count() && request.length(first) == 0) {
            for (int i = firstListed(request); i < request.count(); i++) {
                each.key(i);
            }
            return;
        }
        if (first != 0) {
            int end = last(request.count());
            for (int i = first; i <= end; i += step) {
                each.key(i);
            }
        }
        if (counted != 0 && counted < request.count()) {
            int end = counted + keyCount(request);
            for (int i = counted + 1; i <= end && end < request.count(); i++) {
                each.key(i);
            }
        }
        int destination = stored(request);
        if (destination != 0) {
            each.key(destination);
        }
        if (streams != 0) {
            int begin = firstStream(request);
            for (int i = 0; i < streamCount(request, begin); i++) {
                each.key(begin + i);
            }
        }
    }

    /** The index of the first key behind KEYS; as many arguments as there are if it is missing. */
    public int firstListed(Request request) {
        for (int i = listed; i < request.count(); i++) {
            if (request.is(i, "KEYS")) {
                return i + 1;
            } else if (request.is(i, "AUTH")) {
                i++;
            } else if (request.is(i, "AUTH2")) {
                i += 2;
            }
        }
        return request.count();
    }

    /**
     * The index of the first key behind STREAMS, which the options before it do not hide; as many
     * arguments as there are if it is missing.
     */
    public static int firstStream(Request request) {
        for (int i = 1; i < request.count(); i++) {
            if (request.is(i, "STREAMS")) {
                return i + 1;
            } else if (request.is(i, "BLOCK") || request.is(i, "COUNT")) {
                i++;
            } else if (request.is(i, "GROUP")) {
                i += 2;
            } else if (!request.is(i, "NOACK")) {
                break;
            }
        }
        return request.count();
    }

    /** How many keys there are behind STREAMS: none if something is missing. */
    private static int streamCount(Request request, int begin) {
        int left = Math.max(0, request.count() - begin);
        return left % 2 == 0 ? left / 2 : 0;
    }

    /** The index of the key that STORE names, or 0. */
    public int stored(Request request) {
        int found = 0;
        for (int i = stored; i != 0 && i + 1 < request.count(); i++) {
            if (request.is(i, "STORE") || request.is(i, "STOREDIST")) {
                found = ++i;
            }
        }
        return found;
    }

    /** The bytes of all keys in this request. */
    public long bytes(Request request) {
        long sum = 0;
        if (!isMovable()) {
            for (int i = first, end = last(request.count()); i != 0 && i <= end; i += step) {
                sum += request.length(i);
            }
            return sum;
        }
        long[] counted = {0};
        each(request, index -> counted[0] += request.length(index));
        return counted[0];
    }

    private int keyCount(Request request) {
        long address = request.address(counted);
        int length = request.length(counted);
        return Decimal.isLong(address, length)
                ? (int) Math.clamp(Decimal.parse(address, length), 0L, request.count())
                : 0;
    }
}
