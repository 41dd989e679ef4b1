package dev.millrace.queue.backlog;

/**
 * Memory of a chunk. Who must still find the bytes when the chunk has let go of them (a checkpoint,
 * a write) pins it; the last to let go frees it. Under the store's lock.
 */
final class Extent {
    private final ChunkMemory memory;
    private final long address;
    private final long capacity;
    private int pins = 1;

    Extent(ChunkMemory memory, long bytes) {
        this.memory = memory;
        this.address = memory.allocate(bytes);
        this.capacity = bytes;
    }

    long address() {
        return address;
    }

    long capacity() {
        return capacity;
    }

    void pin() {
        pins++;
    }

    void unpin() {
        pins--;
        if (pins == 0) {
            memory.free(address, capacity);
        }
    }
}
