package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;

/**
 * Unpacks LZF (M. Lehmann, LibLZF), in which Redis compresses long strings.
 *
 * <pre>
 * 000lllll         l + 1 bytes follow as they are
 * lllooooo o8      l + 2 bytes from o + 1 back in what was unpacked; l of 7: u8 more is added
 * </pre>
 */
final class Lzf {
    /** What a byte can become: three say that 264 are as they were before. */
    static final int RATIO_MAX = 88;

    private static final int LITERAL_MAX = 32;

    private Lzf() {}

    /** False unless all of it gives exactly so many bytes. */
    static boolean unpack(long from, long fromBytes, long to, long toBytes) {
        long in = from;
        long inEnd = from + fromBytes;
        long out = to;
        long outEnd = to + toBytes;
        while (in < inEnd) {
            int control = Memory.getUnsignedByte(in++);
            if (control < LITERAL_MAX) {
                int length = control + 1;
                if (length > inEnd - in || length > outEnd - out) {
                    return false;
                }
                Memory.copy(in, out, length);
                in += length;
                out += length;
                continue;
            }
            int length = control >>> 5;
            if (length == 7 && in < inEnd) {
                length += Memory.getUnsignedByte(in++);
            }
            if (in == inEnd) {
                return false;
            }
            length += 2;
            long back = out - ((control & 0x1f) << 8) - Memory.getUnsignedByte(in++) - 1;
            if (back < to || length > outEnd - out) {
                return false;
            }
            // Byte by byte, for what is copied may be what was just written.
            for (int i = 0; i < length; i++) {
                Memory.putByte(out++, Memory.getByte(back++));
            }
        }
        return out == outEnd;
    }
}
