package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

import java.lang.foreign.MemorySegment;

/**
 * Segments out of any bytes, with all sums put right, so that a fuzzer gets past the checksums to
 * what is behind them. For tests.
 */
public final class Mended {
    private Mended() {}

    /** What a segment's header says of the boot that it was written in. */
    public static long bootHash(Disk disk) {
        return Recovery.bootHash(disk);
    }

    /**
     * Gives the memory the header of a segment, and reads what follows as frames: where one could
     * stand by its length, its position and sum are put right. Some are made fillers.
     *
     * @param version of the format
     * @return the position behind the last frame
     */
    public static long segment(
            MemorySegment memory, long index, long firstPosition, long boot, int version) {
        if (memory.byteSize() < Segment.HEADER_BYTES) {
            return firstPosition;
        }
        long start = memory.address();
        long salt = header(start, index, firstPosition, boot, version);
        long position = firstPosition;
        long at = Segment.HEADER_BYTES;
        while (memory.byteSize() - at > Frame.HEADER_BYTES) {
            long left = memory.byteSize() - at;
            int bytes = Math.min(Frame.bodyBytes(start + at), Frame.BODY_BYTES_MAX);
            if (bytes == 0 || Frame.bytes(bytes) > left) {
                break;
            }
            long body = Frame.body(start + at);
            if (Frame.filler(start + at)) {
                Frame.writeFiller(start + at, Frame.bytes(bytes), position, salt);
            } else {
                Frame.Piece piece =
                        Frame.Piece.of(!Frame.continues(start + at), !Frame.more(start + at));
                int crc = Frame.crc(body, bytes);
                Frame.write(start + at, body, bytes, crc, position, salt, piece);
            }
            position++;
            at += Frame.bytes(bytes);
        }
        return position;
    }

    private static long header(long at, long index, long firstPosition, long boot, int version) {
        Segment.writeHeader(at, index, firstPosition, boot, 0);
        if (version > 1) {
            long salt = index * 0x9E3779B97F4A7C15L + 1;
            Segment.writeSalt(at, salt);
            return salt;
        }
        Memory.putInt(at + 8, version);
        Memory.putInt(at + 48, Frame.crc(at, 48));
        Memory.putInt(at + 52, 0);
        Memory.putLong(at + 56, 0);
        return 0;
    }
}
