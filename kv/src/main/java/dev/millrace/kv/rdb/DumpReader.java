package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.resp.Strtod;

/**
 * Reads the numbers and strings of a dump from memory; nothing that they say is believed.
 *
 * <pre>
 * length:  00llllll | 01llllll l8 | 80 l32 | 81 l64     big-endian
 * string:  length bytes | c0 i8 | c1 i16 | c2 i32 | c3 compressed-length length LZF-bytes
 * </pre>
 */
final class DumpReader {
    private static final int ENCODED = 3;
    private static final int INT_8 = 0;
    private static final int INT_16 = 1;
    private static final int INT_32 = 2;
    private static final int LZF = 3;
    private static final int LENGTH_32 = 0x80;
    private static final int LENGTH_64 = 0x81;

    /** The longest string there is. */
    private static final long STRING_BYTES_MAX = 512L << 20;

    private final NativeBuffer unpacked = new NativeBuffer(256);
    private final NativeBuffer otherUnpacked = new NativeBuffer(256);
    private long start;
    private long at;
    private long end;

    /** From here on it reads these bytes. */
    void read(long address, long bytes) {
        start = address;
        at = address;
        end = address + bytes;
    }

    /** Gives back what strings were unpacked to; it may read others afterwards. */
    void close() {
        unpacked.shrink();
        otherUnpacked.shrink();
    }

    /** Gives back all that it has taken: it reads no more. */
    void free() {
        unpacked.free();
        otherUnpacked.free();
    }

    long address() {
        return at;
    }

    long offset() {
        return at - start;
    }

    long left() {
        return end - at;
    }

    BadDump bad(String what) {
        return new BadDump(offset(), what);
    }

    private void need(long bytes) {
        if (bytes < 0 || bytes > end - at) {
            throw bad(bytes + " bytes wanted (expected: <= " + (end - at) + ")");
        }
    }

    int u8() {
        need(1);
        return Memory.getUnsignedByte(at++);
    }

    /** What {@link #u8} will answer. */
    int next() {
        need(1);
        return Memory.getUnsignedByte(at);
    }

    int u16() {
        need(2);
        at += 2;
        return Memory.getUnsignedShort(at - 2);
    }

    long i32() {
        need(4);
        at += 4;
        return Memory.getInt(at - 4);
    }

    long i64() {
        need(8);
        at += 8;
        return Memory.getLong(at - 8);
    }

    /** The address of so many bytes, which are passed over. */
    long skip(long bytes) {
        need(bytes);
        at += bytes;
        return at - bytes;
    }

    long length() {
        int first = u8();
        int kind = first >>> 6;
        if (kind == ENCODED) {
            throw bad("a length (expected: no encoding " + (first & 0x3f) + ")");
        }
        return length(first, kind);
    }

    private long length(int first, int kind) {
        if (kind == 0) {
            return first & 0x3f;
        }
        if (kind == 1) {
            return (first & 0x3fL) << 8 | u8();
        }
        if (first == LENGTH_32) {
            return Integer.toUnsignedLong(Integer.reverseBytes((int) i32()));
        }
        if (first == LENGTH_64) {
            long length = Long.reverseBytes(i64());
            if (length < 0) {
                throw bad("length " + Long.toUnsignedString(length));
            }
            return length;
        }
        throw bad("length of kind " + first);
    }

    /** A length that may be any 64 bits, unsigned. */
    long unsigned() {
        if (next() == LENGTH_64) {
            skip(1);
            return Long.reverseBytes(i64());
        }
        return length();
    }

    /** How many things follow, if any, of which each takes so many bytes at least. */
    long countOrNone(int bytes) {
        long count = length();
        if (count > left() / bytes) {
            throw bad(count + " things (expected: <= " + left() / bytes + ")");
        }
        return count;
    }

    void string(Element into) {
        string(into, unpacked);
    }

    /** A second one, while the first is still needed. */
    void otherString(Element into) {
        string(into, otherUnpacked);
    }

    private void string(Element into, NativeBuffer buffer) {
        int first = u8();
        int kind = first >>> 6;
        if (kind != ENCODED) {
            long length = length(first, kind);
            needAtMost(length, STRING_BYTES_MAX);
            into.set(skip(length), (int) length);
            return;
        }
        switch (first & 0x3f) {
            case INT_8 -> into.set((byte) u8());
            case INT_16 -> into.set((short) u16());
            case INT_32 -> into.set(i32());
            case LZF -> unpack(into, buffer);
            default -> throw bad("string of encoding " + (first & 0x3f));
        }
    }

    private void needAtMost(long bytes, long most) {
        if (bytes > most) {
            throw bad("a string of " + bytes + " bytes (expected: <= " + most + ")");
        }
    }

    private void unpack(Element into, NativeBuffer buffer) {
        long packedBytes = length();
        long bytes = length();
        long packed = skip(packedBytes);
        needAtMost(bytes, Math.min(STRING_BYTES_MAX, packedBytes * Lzf.RATIO_MAX));
        buffer.shrink();
        long to = buffer.room(Math.max(bytes, 1));
        if (!Lzf.unpack(packed, packedBytes, to, bytes)) {
            throw bad("a compressed string");
        }
        into.set(to, (int) bytes);
    }

    /**
     * A double as old dumps have it: its text behind a length, or one of three lengths that say.
     * NaN if it is none.
     */
    double textDouble() {
        int length = u8();
        return switch (length) {
            case 255 -> Double.NEGATIVE_INFINITY;
            case 254 -> Double.POSITIVE_INFINITY;
            case 253 -> Double.NaN;
            default -> Strtod.whole(skip(length), length);
        };
    }
}
