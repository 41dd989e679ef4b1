package dev.millrace.kv.resp;

import dev.millrace.kernel.memory.Memory;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads doubles as C's {@code strtod} does in the C locale (C17, 7.22.1.3): decimal and hexadecimal
 * numbers, {@code inf} and {@code infinity} in any case, correctly rounded. It never answers NaN
 * for a number, so NaN says that there is none.
 *
 * <p>What has at most 19 digits and a small exponent, which is nearly all there is, is read without
 * a String: with a division if both its parts are exact doubles (W. Clinger, "How to read floating
 * point numbers accurately", 1990), else by one or two multiplications with 128 bits of the power
 * of five (D. Lemire, "Number parsing at a gigabyte per second", 2021).
 */
public final class Strtod {
    /** Longer texts are no numbers to us. */
    private static final int BYTES_MAX = 1 << 16;

    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?(?:\\d++(?:\\.\\d*+)?+|\\.\\d++)(?:[eE][+-]?\\d++)?+");
    private static final Pattern HEXADECIMAL =
            Pattern.compile(
                    "[+-]?0[xX](?:\\p{XDigit}++(?:\\.\\p{XDigit}*+)?+|\\.\\p{XDigit}++)"
                            + "([pP][+-]?\\d++)?+");
    private static final Pattern INFINITY =
            Pattern.compile("([+-]?)inf(?:inity)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern ZERO =
            Pattern.compile("[+-]?(?:0[xX][0.]++(?:[pP].*)?|[0.]++(?:[eE].*)?)");

    private static final int DIGITS_MAX = 19;
    private static final long EXACT_MAX = 1L << 53;

    /** Powers of ten that are doubles. */
    private static final double[] TENS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22
    };

    /** The powers of ten that {@link #scaled} knows: from 10^-POWER_MAX to 10^POWER_MAX. */
    private static final int POWER_MAX = 27;

    private static final long[] FIVES_HIGH = new long[2 * POWER_MAX + 1];
    private static final long[] FIVES_LOW = new long[2 * POWER_MAX + 1];

    static {
        for (int power = -POWER_MAX; power <= POWER_MAX; power++) {
            BigInteger five = fiveTo(power);
            FIVES_HIGH[power + POWER_MAX] = five.shiftRight(64).longValue();
            FIVES_LOW[power + POWER_MAX] = five.longValue();
        }
    }

    private Strtod() {}

    /** The first 128 bits of 5^power, of a fraction the next greater number of so many bits. */
    private static BigInteger fiveTo(int power) {
        BigInteger five = BigInteger.valueOf(5).pow(Math.abs(power));
        if (power >= 0) {
            return five.shiftLeft(128 - five.bitLength());
        }
        int bits = five.subtract(BigInteger.ONE).bitLength() + 127;
        return BigInteger.ONE.shiftLeft(bits).divide(five).add(BigInteger.ONE);
    }

    /**
     * The number that all of the text says, NaN if it says none: neither blanks nor anything else
     * may be before or behind it, and it may be neither too large nor too small for a double, as
     * for Redis's {@code string2d}.
     */
    public static double whole(long at, int length) {
        double quick = quick(at, length);
        if (!Double.isNaN(quick) || length > BYTES_MAX) {
            return quick;
        }
        String text = new String(Memory.bytes(at, length), StandardCharsets.ISO_8859_1);
        double value = slow(text);
        boolean isOutOfRange =
                Double.isInfinite(value) && !INFINITY.matcher(text).matches()
                        || value == 0 && !ZERO.matcher(text).matches();
        return isOutOfRange ? Double.NaN : value;
    }

    /**
     * The number of a C string, NaN if it is none: blanks may be before it, nothing is 0, what is
     * too large is infinite and what is too small is 0. So Redis reads the bounds of a range.
     */
    public static double lenient(long at, int length) {
        double quick = quick(at, length);
        if (!Double.isNaN(quick)) {
            return quick;
        }
        int end = 0;
        while (end < length && Memory.getByte(at + end) != 0) {
            end++;
        }
        if (end == 0 || end > BYTES_MAX) {
            return end == 0 ? 0 : Double.NaN;
        }
        int start = 0;
        while (start < end && isSpace(Memory.getByte(at + start))) {
            start++;
        }
        byte[] bytes = Memory.bytes(at + start, end - start);
        return slow(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    private static double slow(String text) {
        if (DECIMAL.matcher(text).matches()) {
            return Double.parseDouble(text);
        }
        Matcher hexadecimal = HEXADECIMAL.matcher(text);
        if (hexadecimal.matches()) {
            return Double.parseDouble(hexadecimal.group(1) == null ? text + "p0" : text);
        }
        Matcher infinity = INFINITY.matcher(text);
        if (infinity.matches()) {
            return "-".equals(infinity.group(1))
                    ? Double.NEGATIVE_INFINITY
                    : Double.POSITIVE_INFINITY;
        }
        return Double.NaN;
    }

    /** NaN if it is no number, or takes more care. */
    private static double quick(long at, int length) {
        if (length == 0 || length > 2 * POWER_MAX) {
            return Double.NaN;
        }
        boolean negative = Memory.getByte(at) == '-';
        long digits = 0;
        int count = 0;
        int point = -1;
        int i = negative ? 1 : 0;
        for (; i < length; i++) {
            int c = Memory.getByte(at + i);
            if (c >= '0' && c <= '9') {
                digits = digits * 10 + (c - '0');
                count++;
            } else if (c == '.' && point < 0) {
                point = count;
            } else {
                break;
            }
        }
        if (count == 0 || count > DIGITS_MAX) {
            return Double.NaN;
        }
        int exponent = point < 0 ? 0 : point - count;
        if (i < length) {
            int written = exponent(at + i, length - i);
            if (written == Integer.MIN_VALUE) {
                return Double.NaN;
            }
            exponent += written;
        }
        double value = scaled(digits, exponent);
        return negative ? -value : value;
    }

    /** The exponent that is written there, if it is one of few digits; else the least int. */
    private static int exponent(long at, int length) {
        boolean begins = (Memory.getByte(at) | 0x20) == 'e';
        int i = 1;
        boolean negative = false;
        if (begins && length > 1) {
            int sign = Memory.getByte(at + 1);
            negative = sign == '-';
            i = negative || sign == '+' ? 2 : 1;
        }
        if (!begins || i == length || length - i > 3) {
            return Integer.MIN_VALUE;
        }
        int value = 0;
        for (; i < length; i++) {
            int digit = Memory.getByte(at + i) - '0';
            if (digit < 0 || digit > 9) {
                return Integer.MIN_VALUE;
            }
            value = value * 10 + digit;
        }
        return negative ? -value : value;
    }

    /** {@code digits * 10^power}, where digits are unsigned; NaN if it takes more care. */
    private static double scaled(long digits, int power) {
        if (digits == 0) {
            return 0;
        }
        if (digits > 0 && digits <= EXACT_MAX && Math.abs(power) < TENS.length) {
            return power < 0 ? digits / TENS[-power] : digits * TENS[power];
        }
        if (Math.abs(power) > POWER_MAX) {
            return Double.NaN;
        }
        int zeros = Long.numberOfLeadingZeros(digits);
        long left = digits << zeros;
        long five = FIVES_HIGH[power + POWER_MAX];
        long low = left * five;
        long high = Math.unsignedMultiplyHigh(left, five);
        if ((high & 0x1ff) == 0x1ff) {
            long more = Math.unsignedMultiplyHigh(left, FIVES_LOW[power + POWER_MAX]);
            low += more;
            high += Long.compareUnsigned(low, more) < 0 ? 1 : 0;
        }
        return rounded(power, zeros, high, low);
    }

    /** The double of a product's 128 bits, ties to even; all are far from the least and most. */
    private static double rounded(int power, int zeros, long high, long low) {
        int top = (int) (high >>> 63);
        int shift = top + 9;
        long mantissa = high >>> shift;
        boolean mayBeTie = Long.compareUnsigned(low, 1) <= 0 && power >= -4 && power <= 23;
        if (mayBeTie && (mantissa & 3) == 1 && mantissa << shift == high) {
            mantissa &= ~1L;
        }
        mantissa = mantissa + (mantissa & 1) >>> 1;
        int exponent = ((152_170 + 65_536) * power >> 16) + 63 + top - zeros + 1023;
        if (mantissa == EXACT_MAX) {
            mantissa = EXACT_MAX >>> 1;
            exponent++;
        }
        long bits = mantissa & (1L << 52) - 1 | (long) exponent << 52;
        return Double.longBitsToDouble(bits);
    }
}
