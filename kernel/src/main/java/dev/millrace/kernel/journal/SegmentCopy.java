package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;

import java.io.IOException;

/** Copies the front of a segment to another disk, each frame checked on the way. */
final class SegmentCopy {
    private static final long PIECE_BYTES = 1 << 20;

    private SegmentCopy() {}

    /**
     * @param used where the copy ends: behind a whole record
     * @throws CorruptJournalException if a frame before that is not as it was written
     */
    static void copy(Disk from, Segment segment, long used, Disk to, Meter meter)
            throws IOException {
        check(from, segment, used);
        try (Disk.Output out = to.write(segment.name())) {
            for (long at = 0; at < used; at += PIECE_BYTES) {
                long bytes = Math.min(PIECE_BYTES, used - at);
                out.write(Memory.buffer(segment.address(at), bytes));
                meter.done(bytes);
            }
            out.force();
        }
    }

    private static void check(Disk from, Segment segment, long used) {
        boolean headed = segment.bytes >= used && segment.readHeader(from) == Segment.Header.WHOLE;
        if (!headed) {
            throw new CorruptJournalException(
                    segment.where(from, 0) + ": the segment's header is damaged");
        }
        long position = segment.firstPosition;
        for (long at = Segment.HEADER_BYTES; at < used; ) {
            long frame = segment.address(at);
            boolean good =
                    Frame.good(frame, used - at, segment.salt())
                            && Frame.position(frame, segment.salt()) == position;
            if (!good) {
                throw new CorruptJournalException(
                        segment.where(from, at) + ": the frame is damaged");
            }
            position++;
            at += Frame.bytes(Frame.bodyBytes(frame));
        }
    }
}
