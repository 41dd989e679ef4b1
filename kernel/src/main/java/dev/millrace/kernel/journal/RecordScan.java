package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.NativeBuffer;

/** Reads frames of one segment after the other and puts records that span several together. */
final class RecordScan implements AutoCloseable {
    private final Journal.Reader reader;
    private final NativeBuffer pieces = new NativeBuffer(4096);

    RecordScan(Journal.Reader reader) {
        this.reader = reader;
    }

    void scan(Segment segment, long after, long until) {
        long at = segment.address(Segment.HEADER_BYTES);
        long end = segment.address(segment.used);
        while (at < end) {
            int bytes = Frame.bodyBytes(at);
            long position = Frame.position(at, segment.salt());
            long body = Frame.body(at);
            if (position > until) {
                return;
            }
            boolean filler = Frame.filler(at);
            if (bytes == 0 && !filler || Frame.bytes(bytes) > end - at) {
                // It was whole when it was recovered or written: somebody else has changed the
                // file.
                throw new CorruptJournalException(
                        segment.name() + ": frame at position " + position + " was overwritten");
            }
            if (!filler) {
                take(position, body, bytes, Frame.more(at), after);
            }
            at += Frame.bytes(bytes);
        }
    }

    private void take(long position, long body, int bytes, boolean more, long after) {
        if (more || pieces.length() > 0) {
            pieces.put(body, bytes);
        }
        if (more) {
            return;
        }
        if (pieces.length() > 0) {
            give(position, pieces.address(), pieces.length(), after);
            pieces.shrink();
        } else {
            give(position, body, bytes, after);
        }
    }

    private void give(long position, long body, long bytes, long after) {
        boolean clock = bytes == Clock.BYTES && Clock.is(body, (int) bytes);
        if (position > after && !clock) {
            reader.record(position, body, bytes);
        }
    }

    @Override
    public void close() {
        pieces.free();
    }
}
