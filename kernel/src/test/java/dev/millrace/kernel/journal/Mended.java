package dev.millrace.kernel.journal;

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
     * stand by its length, its position and sum are put right.
     *
     * @return the position behind the last frame
     */
    public static long segment(MemorySegment memory, long index, long firstPosition, long boot) {
        if (memory.byteSize() < Segment.HEADER_BYTES) {
            return firstPosition;
        }
        long start = memory.address();
        Segment.writeHeader(start, index, firstPosition, boot, 0);
        long position = firstPosition;
        long at = Segment.HEADER_BYTES;
        while (memory.byteSize() - at > Frame.HEADER_BYTES) {
            long left = memory.byteSize() - at;
            int bytes = Math.min(Frame.bodyBytes(start + at), Frame.BODY_BYTES_MAX);
            if (bytes == 0 || Frame.bytes(bytes) > left) {
                break;
            }
            long body = Frame.body(start + at);
            boolean more = Frame.more(start + at);
            Frame.write(start + at, body, bytes, Frame.crc(body, bytes), position, more);
            position++;
            at += Frame.bytes(bytes);
        }
        return position;
    }
}
