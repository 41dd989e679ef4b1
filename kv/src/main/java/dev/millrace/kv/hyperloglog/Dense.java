package dev.millrace.kv.hyperloglog;

import dev.millrace.kernel.memory.Memory;

/**
 * Registers of six bits each, one after the other, the first in the low bits of the first byte.
 * {@code at} is where they begin.
 */
final class Dense {
    private static final int BITS = 6;
    private static final int MASK = (1 << BITS) - 1;

    /** Of all registers. */
    static final int BYTES = Registers.COUNT * BITS / Byte.SIZE;

    private Dense() {}

    static int get(long at, int index) {
        int bit = index * BITS;
        long first = at + (bit >>> 3);
        int value = Memory.getUnsignedByte(first) >>> (bit & 7);
        if ((bit & 7) > Byte.SIZE - BITS) {
            value |= Memory.getUnsignedByte(first + 1) << Byte.SIZE - (bit & 7);
        }
        return value & MASK;
    }

    private static void put(long at, int index, int value) {
        int bit = index * BITS;
        int shift = bit & 7;
        long first = at + (bit >>> 3);
        int low = Memory.getUnsignedByte(first) & ~(MASK << shift);
        Memory.putByte(first, low | value << shift);
        if (shift > Byte.SIZE - BITS) {
            int rest = Byte.SIZE - shift;
            int high = Memory.getUnsignedByte(first + 1) & ~(MASK >>> rest);
            Memory.putByte(first + 1, high | value >>> rest);
        }
    }

    /** Makes a register at least this value; true if it was less. */
    static boolean raise(long at, int index, int value) {
        boolean less = get(at, index) < value;
        if (less) {
            put(at, index, value);
        }
        return less;
    }
}
