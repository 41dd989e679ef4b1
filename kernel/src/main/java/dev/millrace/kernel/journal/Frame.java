package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

import java.lang.invoke.VarHandle;
import java.util.zip.CRC32C;

/**
 * The form of a record, or a piece of one, in a segment. Eight-byte aligned, in the byte order of
 * the machine that the segment's header names.
 *
 * <pre>
 *  0  u32  bytes of the body (28 bits) | FILLER (bit 29) | CONTINUES (bit 30: it goes on with the
 *          record of the frame before) | MORE (bit 31: the record goes on in the next frame)
 *  4  u32  CRC32C of the body, folded with the first word and the position
 *  8  u64  position, xor the segment's salt
 * 16       body, padded with zeros to a multiple of eight
 * </pre>
 *
 * <p>The first word is stored last: a process killed while it writes leaves a zero there, and zero
 * is the end of the log. After a power cut pages may be missing in any order; the checksum tells.
 *
 * <p><b>The salt</b> is a random number of the segment ({@link Segment}). Recovery looks for good
 * frames behind a bad one, and there it may look into the middle of a torn record: at bytes that a
 * client chose. Without the salt's 64 bits nobody can write a frame that has a position of this
 * place and a sum to match it, so what is found there was written by a journal. It costs one xor. A
 * segment of format 1 has no salt, which is as if it were 0, and never the bits 29 and 30.
 *
 * <p><b>A filler</b> takes space and one position, and is no record: whoever reads, surveys or
 * copies a journal steps over it. With it an appender can go on at a later offset, say the next
 * page's. Its sum covers its header alone, so that what it steps over need be neither written nor
 * read; that may be anything up to the segment's end, or nothing. It may stand anywhere, between
 * two frames of one record too. Whoever appends one counts it in what it admits.
 */
final class Frame {
    static final int HEADER_BYTES = 16;
    static final int BODY_BYTES_MAX = 1 << 20;
    private static final int MORE = 1 << 31;
    private static final int CONTINUES = 1 << 30;
    private static final int FILLER = 1 << 29;
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

    /** What a frame is of its record. */
    enum Piece {
        WHOLE(0),
        FIRST(MORE),
        MIDDLE(CONTINUES | MORE),
        LAST(CONTINUES);

        private final int bits;

        Piece(int bits) {
            this.bits = bits;
        }

        static Piece of(boolean first, boolean last) {
            if (first) {
                return last ? WHOLE : FIRST;
            }
            return last ? LAST : MIDDLE;
        }
    }

    /** Writes a frame at {@code at}; the log shows it only with the last store. */
    static void write(
            long at, long body, int bytes, int bodyCrc, long position, long salt, Piece piece) {
        Memory.copy(body, at + HEADER_BYTES, bytes);
        show(at, bytes | piece.bits, bodyCrc, position, salt);
    }

    /**
     * Writes the header of a filler.
     *
     * @param frameBytes how far to the next frame, its header counted: a multiple of eight, at
     *     least {@link #HEADER_BYTES}
     */
    static void writeFiller(long at, long frameBytes, long position, long salt) {
        assert frameBytes >= HEADER_BYTES && frameBytes % 8 == 0 : frameBytes;
        long bytes = frameBytes - HEADER_BYTES;
        assert bytes <= LENGTH_MASK : bytes;
        show(at, (int) bytes | FILLER, 0, position, salt);
    }

    private static void show(long at, int word, int bodyCrc, long position, long salt) {
        Memory.putLong(at + POSITION, position ^ salt);
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

    /** True if it belongs to the record of the frame before it; format 1 does not say so. */
    static boolean continues(long at) {
        return (Memory.getInt(at) & CONTINUES) != 0;
    }

    static boolean filler(long at) {
        return (Memory.getInt(at) & FILLER) != 0;
    }

    static long position(long at, long salt) {
        return Memory.getLong(at + POSITION) ^ salt;
    }

    static long body(long at) {
        return at + HEADER_BYTES;
    }

    /** True if a whole frame stands at {@code at}, with {@code left} bytes to the segment's end. */
    static boolean good(long at, long left, long salt) {
        if (left < HEADER_BYTES) {
            return false;
        }
        int word = word(at);
        int bytes = word & LENGTH_MASK;
        int kind = word & ~LENGTH_MASK;
        if (!possible(kind, bytes) || bytes(bytes) > left) {
            return false;
        }
        int bodyCrc = kind == FILLER ? 0 : crc(body(at), bytes);
        return Memory.getInt(at + CHECKSUM) == checksum(bodyCrc, word, position(at, salt));
    }

    private static boolean possible(int kind, int bytes) {
        if (kind == FILLER) {
            return true;
        }
        return (kind & ~(MORE | CONTINUES)) == 0 && bytes > 0 && bytes <= BODY_BYTES_MAX;
    }
}
