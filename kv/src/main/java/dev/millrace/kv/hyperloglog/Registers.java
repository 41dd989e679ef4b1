package dev.millrace.kv.hyperloglog;

import dev.millrace.kernel.memory.Memory;

/**
 * How many registers there are and what they mean: an element's hash chooses one by its low bits,
 * and the register holds the longest run of zeros, and one more, seen in the bits above (Heule,
 * Nunkesser, Hall: HyperLogLog in Practice, 2013, with a hash of 64 bits).
 */
final class Registers {
    static final int INDEX_BITS = 14;
    static final int COUNT = 1 << INDEX_BITS;

    /** A register's greatest value: the hash's other bits, and one. */
    static final int VALUE_MAX = Long.SIZE - INDEX_BITS + 1;

    private static final long SEED = 0xadc83b19L;
    private static final long MULTIPLIER = 0xc6a4a7935bd1e995L;
    private static final int SHIFT = 47;

    /** {@code 1 / (2 ln 2)}: the constant for infinitely many registers. */
    private static final double ALPHA = 0.7213475204444817;

    private Registers() {}

    static int index(long hash) {
        return (int) hash & COUNT - 1;
    }

    static int value(long hash) {
        // A bit that ends a run of zeros alone.
        return Long.numberOfTrailingZeros(hash >>> INDEX_BITS | 1L << Long.SIZE - INDEX_BITS) + 1;
    }

    /** MurmurHash64A (Austin Appleby, MurmurHash2, in the public domain), of bytes in memory. */
    static long hash(long address, int length) {
        long hash = SEED ^ length * MULTIPLIER;
        long at = address;
        long tail = address + (length & ~7);
        for (; at < tail; at += Long.BYTES) {
            hash = (hash ^ mixed(Memory.getLong(at) * MULTIPLIER) * MULTIPLIER) * MULTIPLIER;
        }
        int rest = length & 7;
        if (rest > 0) {
            for (int i = 0; i < rest; i++) {
                hash ^= (long) Memory.getUnsignedByte(at + i) << 8 * i;
            }
            hash *= MULTIPLIER;
        }
        hash = mixed(hash) * MULTIPLIER;
        return mixed(hash);
    }

    private static long mixed(long bits) {
        return bits ^ bits >>> SHIFT;
    }

    /**
     * How many different elements there were, by Ertl's improved raw estimator (New cardinality
     * estimation algorithms for HyperLogLog sketches, 2017, algorithm 6).
     *
     * @param histogram how many registers have each value
     */
    static long estimate(int[] histogram) {
        double m = COUNT;
        double z = m * tau((m - histogram[VALUE_MAX]) / m);
        for (int value = VALUE_MAX - 1; value >= 1; value--) {
            z += histogram[value];
            z *= 0.5;
        }
        z += m * sigma(histogram[0] / m);
        return Math.round(ALPHA * m * m / z);
    }

    private static double sigma(double share) {
        if (share == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double x = share;
        double y = 1;
        double z = x;
        double before;
        do {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        } while (before != z);
        return z;
    }

    private static double tau(double share) {
        if (share == 0 || share == 1) {
            return 0;
        }
        double x = share;
        double y = 1;
        double z = 1 - x;
        double before;
        do {
            x = Math.sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        } while (before != z);
        return z / 3;
    }
}
