package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

/**
 * A record of the journal itself, at most ten a second and only beside others: what time it is, and
 * up to where the disk has confirmed the log. The first is for restoring to a time; the second
 * tells recovery after a power cut which bad frames cannot be excused by it.
 *
 * <pre>
 * part of machine 0: ms since 1970 u64 | durable position u64
 * </pre>
 */
final class Clock {
    static final int MACHINE = 0;
    private static final int PAYLOAD_BYTES = 16;
    static final int BYTES = RecordWriter.PART_HEADER_BYTES + PAYLOAD_BYTES;

    private Clock() {}

    static void write(NativeBuffer buffer, long nowMillis, long durable) {
        buffer.putByte(MACHINE);
        buffer.putInt(PAYLOAD_BYTES);
        buffer.putLong(nowMillis);
        buffer.putLong(durable);
    }

    /**
     * True if the frame is one; in format 1 the last piece of another record, which a client may
     * have chosen, can look like one.
     */
    static boolean at(long frame) {
        return !Frame.more(frame)
                && !Frame.continues(frame)
                && !Frame.filler(frame)
                && is(Frame.body(frame), Frame.bodyBytes(frame));
    }

    static boolean is(long body, int bytes) {
        return bytes == BYTES && Memory.getUnsignedByte(body) == MACHINE;
    }

    static long millis(long body) {
        return Memory.getLong(body + RecordWriter.PART_HEADER_BYTES);
    }

    static long durable(long body) {
        return Memory.getLong(body + RecordWriter.PART_HEADER_BYTES + 8);
    }
}
