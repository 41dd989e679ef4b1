package dev.millrace.bench.stalls;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

/** A copy to memory and nothing else: what of a tail is the machine's and not the log's. */
final class MemorySink implements Sink {
    private static final int TARGET_BYTES = 16 << 20;

    private final NativeBuffer target = new NativeBuffer(TARGET_BYTES);
    private final NativeBuffer record;
    private final int bytes;
    private long at;

    MemorySink(int bytes) {
        this.bytes = bytes;
        this.record = Records.of(bytes);
        target.room(TARGET_BYTES);
    }

    @Override
    public void prepare() {
        at = at + bytes > TARGET_BYTES ? 0 : at;
    }

    @Override
    public void append() {
        Memory.copy(record.address(), target.address() + at, bytes);
        at += bytes;
    }

    @Override
    public void close() {
        target.free();
        record.free();
    }
}
