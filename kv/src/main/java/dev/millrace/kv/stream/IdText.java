package dev.millrace.kv.stream;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.resp.Decimal;

import org.jspecify.annotations.Nullable;

/**
 * IDs as clients write them: {@code ms-seq}, or {@code ms} alone. What Redis reads with C's {@code
 * strtoull} is read here, too: blanks and a plus before a number, zeros before its digits.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
final class IdText {
    private static final Refusal INVALID =
            new Refusal("ERR Invalid stream ID specified as stream command argument");
    private static final Refusal NO_START = new Refusal("ERR invalid start ID for the interval");
    private static final Refusal NO_END = new Refusal("ERR invalid end ID for the interval");

    private static final int LENGTH_MAX = 127;

    private final long address;

    private final int length;
    private long number;

    private IdText(long address, int length) {
        this.address = address;
        this.length = length;
    }

    /** The argument as an ID, with {@code missing} for a number that is not given. */
    static StreamId id(Call call, int index, long missing) {
        return required(parse(call.address(index), call.length(index), missing));
    }

    /** The argument as an ID without a number counts as {@code ms-0}. */
    static StreamId id(Call call, int index) {
        return id(call, index, 0);
    }

    /** Whether the argument is an ID, see {@link #id(Call, int)}. */
    static boolean isId(Call call, int index) {
        return parse(call.address(index), call.length(index), 0) != null;
    }

    /** As {@link #id}, where - and + are the least and the greatest of all. */
    static StreamId idOrEnd(Call call, int index, long missing) {
        if (call.length(index) == 1) {
            int sign = Memory.getByte(call.address(index));
            if (sign == '-') {
                return StreamId.MIN;
            }
            if (sign == '+') {
                return StreamId.MAX;
            }
        }
        return id(call, index, missing);
    }

    /** Where a range begins; behind the ID if a ( stands before it. */
    static StreamId start(Call call, int index) {
        if (!isExclusive(call, index)) {
            return idOrEnd(call, index, 0);
        }
        StreamId id = behindBracket(call, index, 0);
        if (id.equals(StreamId.MAX)) {
            throw NO_START;
        }
        return id.next();
    }

    /** Where a range ends; before the ID if a ( stands before it. */
    static StreamId end(Call call, int index) {
        if (!isExclusive(call, index)) {
            return idOrEnd(call, index, -1);
        }
        StreamId id = behindBracket(call, index, -1);
        if (id.equals(StreamId.MIN)) {
            throw NO_END;
        }
        return id.previous();
    }

    private static boolean isExclusive(Call call, int index) {
        return call.length(index) > 1 && Memory.getByte(call.address(index)) == '(';
    }

    private static StreamId behindBracket(Call call, int index, long missing) {
        return required(parse(call.address(index) + 1, call.length(index) - 1, missing));
    }

    private static StreamId required(@Nullable StreamId id) {
        if (id == null) {
            throw INVALID;
        }
        return id;
    }

    /** Whether the argument has the form {@code ms-*}. */
    static boolean isPartial(Call call, int index) {
        long at = call.address(index);
        int length = call.length(index);
        return length > 2
                && Memory.getByte(at + length - 1) == '*'
                && dash(at, length) == length - 2;
    }

    /** The ID {@code ms-0} of an argument of the form {@code ms-*}. */
    static StreamId partial(Call call, int index) {
        return required(parse(call.address(index), call.length(index) - 2, 0));
    }

    private static int dash(long at, int length) {
        for (int i = 0; i < length; i++) {
            if (Memory.getByte(at + i) == '-') {
                return i;
            }
        }
        return -1;
    }

    /** Null if it is none. */
    private static @Nullable StreamId parse(long at, int given, long missing) {
        if (given > LENGTH_MAX) {
            return null;
        }
        int length = textLength(at, given);
        int dash = dash(at, length);
        IdText ms = new IdText(at, dash < 0 ? length : dash);
        if (!ms.read()) {
            return null;
        }
        if (dash < 0) {
            return new StreamId(ms.number, missing);
        }
        IdText seq = new IdText(at + dash + 1, length - dash - 1);
        return seq.read() ? new StreamId(ms.number, seq.number) : null;
    }

    /** As C sees it: up to a zero byte. */
    private static int textLength(long at, int length) {
        for (int i = 0; i < length; i++) {
            if (Memory.getByte(at + i) == 0) {
                return i;
            }
        }
        return length;
    }

    private boolean read() {
        if (Decimal.isLong(address, length)) {
            number = Decimal.parse(address, length);
            return number >= 0;
        }
        int i = 0;
        while (i < length && isBlank(Memory.getByte(address + i))) {
            i++;
        }
        boolean negative = i < length && Memory.getByte(address + i) == '-';
        if (negative || i < length && Memory.getByte(address + i) == '+') {
            i++;
        }
        if (i == length) {
            return false;
        }
        for (; i < length; i++) {
            if (!addDigit(Memory.getByte(address + i) - '0')) {
                return false;
            }
        }
        number = negative ? -number : number;
        return true;
    }

    private boolean addDigit(int digit) {
        boolean fits =
                digit >= 0
                        && digit <= 9
                        && Long.compareUnsigned(number, Long.divideUnsigned(-1L - digit, 10)) <= 0;
        number = number * 10 + digit;
        return fits;
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }
}
