package dev.millrace.kernel.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Raw access to memory by address.
 *
 * <p>One segment spans the whole address space, so an access is a plain load or store: no object
 * per value, no session to check. The price is that a wrong address is a crash and not an
 * exception; therefore only this class touches memory by address, and everything above it asks by
 * handle and length. All numbers are in the machine's byte order (this memory never leaves the
 * process; what goes to a file or a socket says its order itself).
 *
 * <p>Lengths are bytes. Addresses are absolute.
 */
public final class Memory {
    /**
     * Up to this many bytes a loop of longs beats the call of a bulk copy (see bench: MemoryCopy).
     */
    private static final int SHORT_COPY_BYTES_MAX = 192;

    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Memory() {}

    public static byte getByte(long address) {
        return ALL.get(JAVA_BYTE, address);
    }

    public static int getUnsignedByte(long address) {
        return ALL.get(JAVA_BYTE, address) & 0xff;
    }

    public static void putByte(long address, int value) {
        ALL.set(JAVA_BYTE, address, (byte) value);
    }

    public static int getUnsignedShort(long address) {
        return ALL.get(JAVA_SHORT_UNALIGNED, address) & 0xffff;
    }

    public static void putShort(long address, int value) {
        ALL.set(JAVA_SHORT_UNALIGNED, address, (short) value);
    }

    public static int getInt(long address) {
        return ALL.get(JAVA_INT_UNALIGNED, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(JAVA_INT_UNALIGNED, address, value);
    }

    public static long getLong(long address) {
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }

    /**
     * Copies {@code length} bytes; the ranges must not overlap. A short copy's last bytes may be
     * written twice rather than one by one (benchmark: {@code MemoryCopy}).
     */
    public static void copy(long from, long to, long length) {
        if (length > SHORT_COPY_BYTES_MAX) {
            MemorySegment.copy(ALL, from, ALL, to, length);
            return;
        }
        if (length >= 8) {
            long last = length - 8;
            for (long at = 0; at < last; at += 8) {
                putLong(to + at, getLong(from + at));
            }
            // Some of them for the second time.
            putLong(to + last, getLong(from + last));
        } else if (length >= 4) {
            putInt(to, getInt(from));
            putInt(to + length - 4, getInt(from + length - 4));
        } else if (length > 0) {
            putByte(to, getByte(from));
            putByte(to + length / 2, getByte(from + length / 2));
            putByte(to + length - 1, getByte(from + length - 1));
        }
    }

    /** Copies {@code length} bytes between ranges that may overlap. */
    public static void move(long from, long to, long length) {
        MemorySegment.copy(ALL, from, ALL, to, length);
    }

    public static void copy(byte[] from, int offset, long to, int length) {
        MemorySegment.copy(from, offset, ALL, JAVA_BYTE, to, length);
    }

    public static void copy(long from, byte[] to, int offset, int length) {
        MemorySegment.copy(ALL, JAVA_BYTE, from, to, offset, length);
    }

    /** Copies the bytes from the buffer's position to its limit; the position stays. */
    public static void copy(ByteBuffer from, long to) {
        MemorySegment.copy(MemorySegment.ofBuffer(from), 0, ALL, to, from.remaining());
    }

    public static void fill(long address, long length, int value) {
        ALL.asSlice(address, length).fill((byte) value);
    }

    public static byte[] bytes(long address, int length) {
        byte[] copy = new byte[length];
        copy(address, copy, 0, length);
        return copy;
    }

    public static boolean equal(long a, long b, int length) {
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            if (getLong(a + at) != getLong(b + at)) {
                return false;
            }
        }
        for (; at < length; at++) {
            if (getByte(a + at) != getByte(b + at)) {
                return false;
            }
        }
        return true;
    }

    /** Compares as unsigned bytes, the shorter first when one is a prefix of the other. */
    public static int compare(long a, int aLength, long b, int bLength) {
        int common = Math.min(aLength, bLength);
        for (int at = 0; at < common; at++) {
            int difference = getUnsignedByte(a + at) - getUnsignedByte(b + at);
            if (difference != 0) {
                return difference;
            }
        }
        return aLength - bLength;
    }

    /** A direct buffer over this memory, for channels and checksums. */
    public static ByteBuffer buffer(long address, long length) {
        return ALL.asSlice(address, length).asByteBuffer();
    }

    /** A segment over this memory. */
    public static MemorySegment segment(long address, long length) {
        return ALL.asSlice(address, length);
    }
}
