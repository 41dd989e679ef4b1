package dev.millrace.queue.backlog;

import dev.millrace.kernel.memory.Slabs;

/** The memory of all chunks of a store, counted. Under the store's lock. */
final class ChunkMemory {
    private final Slabs slabs = new Slabs();
    private long bytes;

    long allocate(long count) {
        bytes += Slabs.blockBytes(count);
        return slabs.allocate(count);
    }

    void free(long address, long count) {
        bytes -= Slabs.blockBytes(count);
        slabs.free(address);
    }

    /** What is taken. */
    long bytes() {
        return bytes;
    }
}
