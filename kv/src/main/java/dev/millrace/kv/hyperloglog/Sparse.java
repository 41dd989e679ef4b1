package dev.millrace.kv.hyperloglog;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

/**
 * Registers as runs of equal ones, which is short while most are zero. The runs are in Redis's
 * format, and are split and joined as Redis does, so that the same elements give the same bytes.
 *
 * <pre>
 * 00llllll           zeros, l + 1 of them
 * 01llllll llllllll  zeros, l + 1 of them
 * 1vvvvvll           l + 1 registers of v + 1
 * </pre>
 */
final class Sparse {
    /** A greater value needs the dense form. */
    static final int VALUE_MAX = 32;

    private static final int VALUES_MAX = 4;
    private static final int SHORT_ZEROS_MAX = 64;
    private static final int LONG_BIT = 0x40;
    private static final int VALUE_BIT = 0x80;

    /** After a change so many runs are looked at for two that can be one. */
    private static final int JOINED_RUNS = 5;

    private Sparse() {}

    /** What an attempt to raise a register came to. */
    enum Raised {
        NO,
        YES,
        /** It takes more bytes than there may be, and nothing is changed. */
        TOO_LONG,
        /** The runs do not cover the registers. */
        CORRUPT
    }

    /** Is told of a run. */
    @FunctionalInterface
    interface Run {
        void run(int value, int length, int bytes);
    }

    private static boolean isValues(long at) {
        return (Memory.getUnsignedByte(at) & VALUE_BIT) != 0;
    }

    private static boolean isLong(long at) {
        return (Memory.getUnsignedByte(at) & (VALUE_BIT | LONG_BIT)) == LONG_BIT;
    }

    private static int bytes(long at) {
        return isLong(at) ? 2 : 1;
    }

    private static int value(long at) {
        int head = Memory.getUnsignedByte(at);
        return (head & VALUE_BIT) == 0 ? 0 : (head >>> 2 & VALUE_MAX - 1) + 1;
    }

    /** How many registers the run covers; {@code end} is where the runs end. */
    private static int length(long at, long end) {
        int head = Memory.getUnsignedByte(at);
        if ((head & VALUE_BIT) != 0) {
            return (head & VALUES_MAX - 1) + 1;
        }
        if ((head & LONG_BIT) == 0) {
            return (head & SHORT_ZEROS_MAX - 1) + 1;
        }
        int low = at + 1 < end ? Memory.getUnsignedByte(at + 1) : 0;
        return ((head & SHORT_ZEROS_MAX - 1) << 8 | low) + 1;
    }

    private static int values(int value, int length) {
        return VALUE_BIT | value - 1 << 2 | length - 1;
    }

    /** Writes registers that are all zero. */
    static void putEmpty(NativeBuffer out) {
        out.putByte(LONG_BIT | Registers.COUNT - 1 >>> 8);
        out.putByte(Registers.COUNT - 1);
    }

    // A few runs in a long: their bytes, the first in the low bits, and in the highest how many.

    private static final int COUNT_SHIFT = 56;

    private static long with(long runs, int next) {
        int count = (int) (runs >>> COUNT_SHIFT);
        return runs + (1L << COUNT_SHIFT) | (next & 0xffL) << count * Byte.SIZE;
    }

    private static long withZeros(long runs, int length) {
        if (length > SHORT_ZEROS_MAX) {
            return with(with(runs, LONG_BIT | length - 1 >>> 8), length - 1);
        }
        return length > 0 ? with(runs, length - 1) : runs;
    }

    private static long withValues(long runs, int value, int length) {
        return length > 0 ? with(runs, values(value, length)) : runs;
    }

    /** Tells of all runs. */
    static void each(long from, long end, Run run) {
        for (long at = from; at < end; at += bytes(at)) {
            run.run(value(at), length(at, end), bytes(at));
        }
    }

    /** True if the runs cover the registers, no less and no more. */
    static boolean isWhole(long from, long end) {
        long registers = 0;
        for (long at = from; at < end; at += bytes(at)) {
            registers += length(at, end);
        }
        return registers == Registers.COUNT;
    }

    /**
     * Makes a register at least this value.
     *
     * @param sketch the runs, from {@code begin} to its end
     * @param bytesMax how long the sketch may become
     */
    static Raised raise(NativeBuffer sketch, int begin, int index, int value, long bytesMax) {
        if (value > VALUE_MAX) {
            return Raised.TOO_LONG;
        }
        long end = sketch.address() + sketch.length();
        long before = sketch.address() + begin;
        long at = before;
        int first = 0;
        while (at < end && index >= first + length(at, end)) {
            first += length(at, end);
            before = at;
            at += bytes(at);
        }
        if (at >= end) {
            return Raised.CORRUPT;
        }
        if (value(at) >= value) {
            return Raised.NO;
        }
        int right = first + length(at, end) - 1 - index;
        long runs = split(value(at), index - first, value, right);
        int more = (int) (runs >>> COUNT_SHIFT) - bytes(at);
        if (more > 0 && sketch.length() + more > bytesMax) {
            return Raised.TOO_LONG;
        }
        long joinFrom = before - sketch.address();
        replace(sketch, at - sketch.address(), bytes(at), runs);
        join(sketch, joinFrom);
        return Raised.YES;
    }

    /** What a run becomes of which one register gets another value. */
    private static long split(int old, int left, int value, int right) {
        if (old == 0) {
            return withZeros(withValues(withZeros(0, left), value, 1), right);
        }
        return withValues(withValues(withValues(0, old, left), value, 1), old, right);
    }

    private static void replace(NativeBuffer sketch, long offset, int bytes, long runs) {
        long rest = sketch.length() - offset - bytes;
        int count = (int) (runs >>> COUNT_SHIFT);
        int more = Math.max(count - bytes, 0);
        sketch.room(more);
        sketch.advance(more);
        long at = sketch.address() + offset;
        Memory.move(at + bytes, at + count, rest);
        for (int i = 0; i < count; i++) {
            Memory.putByte(at + i, (int) (runs >>> i * Byte.SIZE));
        }
        sketch.truncate(offset + count + rest);
    }

    /** Makes one of two runs of the same value, where there are two. */
    private static void join(NativeBuffer sketch, long from) {
        long at = sketch.address() + from;
        long end = sketch.address() + sketch.length();
        for (int left = JOINED_RUNS; left > 0 && at < end; left--) {
            if (!isValues(at) || !joinsNext(at, end)) {
                at += bytes(at);
                continue;
            }
            Memory.putByte(at + 1, values(value(at), length(at, end) + length(at + 1, end)));
            Memory.move(at + 1, at, end - at - 1);
            end--;
        }
        sketch.truncate(end - sketch.address());
    }

    private static boolean joinsNext(long at, long end) {
        return at + 1 < end
                && value(at) == value(at + 1)
                && length(at, end) + length(at + 1, end) <= VALUES_MAX;
    }
}
