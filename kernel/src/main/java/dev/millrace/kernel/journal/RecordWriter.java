package dev.millrace.kernel.journal;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

/**
 * One record while it is written: parts, each the effects on one state machine. What is in one
 * record happens wholly or not at all.
 *
 * <pre>
 * part: machine u8 | bytes u32 | effects
 * </pre>
 *
 * <p>One loop owns it and uses it again and again.
 */
public final class RecordWriter {
    static final int PART_HEADER_BYTES = 5;
    private static final int INITIAL_BYTES = 16 * 1024;
    private static final long KEEP_BYTES = 1 << 20;

    private final NativeBuffer buffer = new NativeBuffer(INITIAL_BYTES);
    private int machine = -1;
    private long partStart;

    /** The buffer to write an effect on {@code machine} to. */
    public NativeBuffer part(int machine) {
        if (this.machine != machine) {
            closePart();
            this.machine = machine;
            partStart = buffer.length();
            buffer.putByte(machine);
            buffer.putInt(0);
        }
        return buffer;
    }

    private void closePart() {
        if (machine >= 0) {
            long bytes = buffer.length() - partStart - PART_HEADER_BYTES;
            Memory.putInt(buffer.address() + partStart + 1, Math.toIntExact(bytes));
            machine = -1;
        }
    }

    public boolean isEmpty() {
        return buffer.length() == 0;
    }

    /** Bytes written so far. */
    public long length() {
        return buffer.length();
    }

    /** The whole body; nothing may be added before {@link #clear}. */
    NativeBuffer body() {
        closePart();
        return buffer;
    }

    /** Takes one part; the memory is valid during the call only. */
    @FunctionalInterface
    public interface Part {
        void of(long address, int bytes);
    }

    /** Gives the parts on one machine, in order; nothing may be added before {@link #clear}. */
    public void each(int wanted, Part taker) {
        closePart();
        long end = buffer.address() + buffer.length();
        long at = buffer.address();
        while (at < end) {
            int bytes = Memory.getInt(at + 1);
            if (Memory.getUnsignedByte(at) == wanted) {
                taker.of(at + PART_HEADER_BYTES, bytes);
            }
            at += PART_HEADER_BYTES + bytes;
        }
    }

    public void clear() {
        machine = -1;
        if (buffer.capacity() > KEEP_BYTES) {
            buffer.shrink();
        } else {
            buffer.clear();
        }
    }
}
