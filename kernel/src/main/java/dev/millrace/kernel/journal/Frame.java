package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

import java.lang.invoke.VarHandle;
import java.util.zip.CRC32C;

/**
 * The form of a record, or a piece of one, in a segment. Eight-byte aligned, in the byte order of
 * the machine that the segment's header names.
 *
 * <pre>
 *  0  u32  bytes of the body (28 bits) | MORE (bit 31: the record goes on in the next frame)
 *  4  u32  CRC32C of the body, folded with the other header fields
 *  8  u64  position
 * 16       body, padded with zeros to a multiple of eight
 * </pre>
 *
 * <p>The first word is stored last: a process killed while it writes leaves a zero there, and zero
 * is the end of the log. After a power cut pages may be missing in any order; the checksum tells.
 */
final class Frame {
    static final int HEADER_BYTES = 16;
    static final int BODY_BYTES_MAX = 1 << 20;
    private static final int MORE = 1 << 31;
    private static final int LENGTH_MASK = (1 << 28) - 1;
    private static final int CHECKSUM = 4;
    private static final int POSITION = 8;

    private Frame() {}

    static long bytes(long bodyBytes) {
        return (HEADER_BYTES + bodyBytes + 7) & ~7L;
    }

    static int crc(long body, long bytes) {
        CRC32C crc = new CRC32C();
        crc.update(Memory.buffer(body, bytes));
        return (int) crc.getValue();
    }

    private static int checksum(int bodyCrc, int word, long position) {
        long mixed = (position ^ ((long) word << 32)) * 0x9E3779B97F4A7C15L;
        return bodyCrc ^ (int) (mixed >>> 32) ^ (int) mixed;
    }

    /** Writes a frame at {@code at}; the log shows it only with the last store. */
    static void write(long at, long body, int bytes, int bodyCrc, long position, boolean more) {
        int word = more ? bytes | MORE : bytes;
        Memory.copy(body, at + HEADER_BYTES, bytes);
        Memory.putLong(at + POSITION, position);
        Memory.putInt(at + CHECKSUM, checksum(bodyCrc, word, position));
        VarHandle.releaseFence();
        Memory.putInt(at, word);
    }

    /** The first word: zero where the log ends. */
    static int word(long at) {
        return Memory.getInt(at);
    }

    static int bodyBytes(long at) {
        return Memory.getInt(at) & LENGTH_MASK;
    }

    static boolean more(long at) {
        return (Memory.getInt(at) & MORE) != 0;
    }

    static long position(long at) {
        return Memory.getLong(at + POSITION);
    }

    static long body(long at) {
        return at + HEADER_BYTES;
    }

    /** True if a whole frame stands at {@code at}, with {@code left} bytes to the segment's end. */
    static boolean good(long at, long left) {
        if (left < HEADER_BYTES) {
            return false;
        }
        int word = word(at);
        int bytes = word & LENGTH_MASK;
        if (bytes == 0
                || bytes > BODY_BYTES_MAX
                || (word & ~(MORE | LENGTH_MASK)) != 0
                || bytes(bytes) > left) {
            return false;
        }
        return Memory.getInt(at + CHECKSUM) == checksum(crc(body(at), bytes), word, position(at));
    }
}
