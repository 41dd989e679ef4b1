package dev.millrace.events.wire;

import dev.millrace.kernel.memory.Memory;

/** Numbers as text, written to memory: nothing is allocated, and two digits are written at once. */
final class AsciiDigits {
    private static final String HEX = "0123456789abcdef";

    /** Every octet as two digits of base 16, as they lie in memory. */
    private static final short[] HEX_PAIRS = pairs(16);

    /** Every number below 100 as two digits. */
    private static final short[] DECIMAL_PAIRS = pairs(10);

    private static final long[] POWERS_OF_TEN = powers();

    /** Of the lowest number, with its sign. */
    private static final int LOWEST_DIGITS = 20;

    private AsciiDigits() {}

    private static long[] powers() {
        long[] powers = new long[19];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = 10 * powers[i - 1];
        }
        return powers;
    }

    private static short[] pairs(int base) {
        short[] pairs = new short[base * base];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = (short) (HEX.charAt(i / base) | HEX.charAt(i % base) << 8);
        }
        return pairs;
    }

    /** A UUID: 36 bytes (RFC 9562, section 4). */
    static void putUuid(long to, long high, long low) {
        putHex(to, high >>> 32, 4);
        Memory.putByte(to + 8, '-');
        putHex(to + 9, high >>> 16, 2);
        Memory.putByte(to + 13, '-');
        putHex(to + 14, high, 2);
        Memory.putByte(to + 18, '-');
        putHex(to + 19, low >>> 48, 2);
        Memory.putByte(to + 23, '-');
        putHex(to + 24, low, 6);
    }

    /** The lowest octets of a value. */
    private static void putHex(long to, long value, int octets) {
        long rest = value;
        for (int i = octets - 1; i >= 0; i--) {
            Memory.putShort(to + 2L * i, HEX_PAIRS[(int) rest & 0xff]);
            rest >>>= 8;
        }
    }

    /** How many characters a number has, with its sign. */
    static int decimals(long value) {
        if (value < 0) {
            return value == Long.MIN_VALUE ? LOWEST_DIGITS : 1 + decimals(-value);
        }
        // The logarithm to the base of 10 from that of 2, a shift for a division by log2(10).
        int below = (Long.SIZE - Long.numberOfLeadingZeros(value | 1)) * 1_233 >>> 12;
        return value < POWERS_OF_TEN[below] ? Math.max(1, below) : below + 1;
    }

    /**
     * Writes a number.
     *
     * @param count how many characters it has
     */
    static void putDecimals(long to, long value, int count) {
        long end = to + count;
        // Downwards from 0, for the lowest number has no positive one.
        long below = value < 0 ? value : -value;
        while (below <= -100) {
            long next = below / 100;
            end -= 2;
            Memory.putShort(end, DECIMAL_PAIRS[(int) (next * 100 - below)]);
            below = next;
        }
        if (below <= -10) {
            Memory.putShort(end - 2, DECIMAL_PAIRS[(int) -below]);
        } else {
            Memory.putByte(end - 1, '0' - (int) below);
        }
        if (value < 0) {
            Memory.putByte(to, '-');
        }
    }
}
