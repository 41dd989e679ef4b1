package dev.millrace.kv.resp;

import dev.millrace.kernel.memory.Memory;

import java.nio.charset.StandardCharsets;

/** Decimal text of longs in memory, without a String. */
public final class Decimal {
    /** The longest: -9223372036854775808. */
    public static final int BYTES_MAX = 20;

    private Decimal() {}

    /** Writes the digits at {@code at}, which has room for {@link #BYTES_MAX}; returns how many. */
    public static int write(long at, long value) {
        if (value == Long.MIN_VALUE) {
            byte[] text = Long.toString(value).getBytes(StandardCharsets.US_ASCII);
            Memory.copy(text, 0, at, text.length);
            return text.length;
        }
        long rest = Math.abs(value);
        int digits = value < 0 ? 1 : 0;
        if (value < 0) {
            Memory.putByte(at, '-');
        }
        digits += digits(rest);
        int end = digits;
        do {
            long tenth = rest / 10;
            Memory.putByte(at + --end, (int) ('0' + rest - tenth * 10));
            rest = tenth;
        } while (rest != 0);
        return digits;
    }

    /** How long the text of an unsigned value is. */
    public static int unsignedLength(long value) {
        return value >= 0 ? digits(value) : digits(Long.divideUnsigned(value, 10)) + 1;
    }

    /** As {@link #write}, of an unsigned value. */
    public static void writeUnsigned(long at, long value) {
        if (value >= 0) {
            write(at, value);
            return;
        }
        long tenth = Long.divideUnsigned(value, 10);
        int digits = write(at, tenth);
        Memory.putByte(at + digits, (int) ('0' + value - tenth * 10));
    }

    /** How long a value's text is. */
    public static int length(long value) {
        if (value == Long.MIN_VALUE) {
            return BYTES_MAX;
        }
        return digits(Math.abs(value)) + (value < 0 ? 1 : 0);
    }

    private static int digits(long value) {
        int digits = 1;
        for (long bound = 10; digits < 19 && value >= bound; bound *= 10) {
            digits++;
        }
        return digits;
    }

    /**
     * True if the text is a long in the one form that Redis accepts: no plus, no leading zeros, no
     * blanks ({@code string2ll}).
     */
    public static boolean isLong(long at, int length) {
        if (length == 0 || length > BYTES_MAX) {
            return false;
        }
        int i = Memory.getByte(at) == '-' ? 1 : 0;
        if (i == length) {
            return false;
        }
        int first = Memory.getByte(at + i);
        if (first == '0') {
            return length == 1;
        }
        long value = 0;
        for (; i < length; i++) {
            int digit = Memory.getByte(at + i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            // Negative, for it reaches one further; then one more check for the positive end.
            if (value < (Long.MIN_VALUE + digit) / 10) {
                return false;
            }
            value = value * 10 - digit;
        }
        return value != Long.MIN_VALUE || Memory.getByte(at) == '-';
    }

    /** The long that {@link #isLong} has found there. */
    public static long parse(long at, int length) {
        boolean negative = Memory.getByte(at) == '-';
        long value = 0;
        for (int i = negative ? 1 : 0; i < length; i++) {
            value = value * 10 - (Memory.getByte(at + i) - '0');
        }
        return negative ? value : -value;
    }

    /** Compares a value's text with other bytes, as {@link Memory#compare} would. */
    public static int compare(long value, long at, int length) {
        int digits = length(value);
        long rest = value;
        long power = 1;
        for (int i = value < 0 ? 2 : 1; i < digits; i++) {
            power *= 10;
        }
        int common = Math.min(digits, length);
        for (int i = 0; i < common; i++) {
            int c = '-';
            if (i > 0 || value >= 0) {
                long digit = Math.abs(rest / power);
                c = (int) ('0' + digit);
                rest %= power;
                power /= 10;
            }
            int other = Memory.getUnsignedByte(at + i);
            if (c != other) {
                return c - other;
            }
        }
        return digits - length;
    }
}
