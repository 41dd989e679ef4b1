package dev.millrace.kv.bitmap;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;

/**
 * A run of bits of a string; empty if {@code first > last}. It is searched and counted by words of
 * 64.
 *
 * @param value where the string is
 * @param first the first bit, counted from the string's start
 * @param last the last one
 */
record BitRange(long value, long first, long last) {
    /**
     * What {@code start} and {@code end} mean: both from the end of the string if negative, and cut
     * to the string; in bits if {@code byBit}, else in bytes.
     */
    static BitRange of(long value, int bytes, long start, long end, boolean byBit) {
        long length = byBit ? bytes * 8L : bytes;
        long from = Math.max(start < 0 ? length + start : start, 0);
        long to = Math.min(Math.max(end < 0 ? length + end : end, 0), length - 1);
        if (from > to) {
            return new BitRange(value, 1, 0);
        }
        return byBit ? new BitRange(value, from, to) : new BitRange(value, from * 8, to * 8 + 7);
    }

    /** True if the argument says BIT, false if it says BYTE. */
    static boolean isByBit(Call call, int index) {
        if (call.is(index, "BIT")) {
            return true;
        }
        if (call.is(index, "BYTE")) {
            return false;
        }
        throw Refusal.SYNTAX;
    }

    private long firstByte() {
        return first >>> 3;
    }

    private long lastByte() {
        return last >>> 3;
    }

    /** A byte of the string, or its complement, without the bits outside of the range. */
    private int edge(long index, int inverted) {
        int bits = Memory.getUnsignedByte(value + index) ^ inverted;
        if (index == firstByte()) {
            bits &= 0xff >>> (first & 7);
        }
        if (index == lastByte()) {
            bits &= 0xff << (7 - (last & 7)) & 0xff;
        }
        return bits;
    }

    /** How many bits are set. */
    long count() {
        if (first > last) {
            return 0;
        }
        long at = firstByte();
        long end = lastByte();
        long count = Integer.bitCount(edge(at, 0));
        at++;
        for (; at + 8 <= end; at += 8) {
            count += Long.bitCount(Memory.getLong(value + at));
        }
        for (; at <= end; at++) {
            count += Integer.bitCount(edge(at, 0));
        }
        return count;
    }

    /** Where the first bit is that is {@code bit}, or -1. */
    long find(boolean bit) {
        if (first > last) {
            return -1;
        }
        int inverted = bit ? 0 : 0xff;
        long at = firstByte();
        long end = lastByte();
        int bits = edge(at, inverted);
        if (bits == 0) {
            at++;
            long skipped = bit ? 0 : -1;
            while (at + 8 <= end && Memory.getLong(value + at) == skipped) {
                at += 8;
            }
            while (at <= end && (bits = edge(at, inverted)) == 0) {
                at++;
            }
        }
        return bits == 0 ? -1 : at * 8 + Integer.numberOfLeadingZeros(bits) - 24;
    }
}
