package dev.millrace.queue.backlog;

import dev.millrace.kernel.memory.Memory;

import org.jspecify.annotations.Nullable;

/**
 * A run of messages of one backlog: filled in memory, then sealed, perhaps written to its file, let
 * go, and loaded again. Under the store's lock.
 */
final class Chunk {
    /** A message that is longer has a chunk of its own. */
    static final int BYTES_MAX = 256 * 1024;

    /**
     * In a file, before the messages: magic u32, bytes u32, crc32c u32, 0 u32, first offset u64.
     */
    static final int FILE_HEADER_BYTES = 24;

    private static final int BYTES_MIN = 1024;

    final Backlog backlog;
    final long firstOffset;

    /** Which file, and where in it; decided when it is sealed. */
    int file = -1;

    long filePosition;

    private @Nullable Extent extent;
    private int bytes;
    private int count;
    private boolean sealed;
    private boolean inFile;
    private boolean dead;

    /** Somebody writes it to its file, or reads it from there. */
    private boolean busy;

    /** It was loaded for somebody who has not come yet. */
    private boolean awaited;

    /** The record that the newest message in it came with; 0: one before this process. */
    private long position;

    Chunk(Backlog backlog, long firstOffset) {
        this.backlog = backlog;
        this.firstOffset = firstOffset;
    }

    /** One that stands in a file. */
    static Chunk inFile(Backlog backlog, long firstOffset, int count, int bytes) {
        Chunk chunk = new Chunk(backlog, firstOffset);
        chunk.count = count;
        chunk.bytes = bytes;
        chunk.sealed = true;
        chunk.inFile = true;
        return chunk;
    }

    // ---- Filling

    boolean takes(long messageBytes) {
        return bytes == 0 || bytes + messageBytes <= BYTES_MAX;
    }

    /** Where so many more bytes go. */
    long room(ChunkMemory memory, int more) {
        assert !sealed;
        Extent old = extent;
        if (old != null && old.capacity() - bytes >= more) {
            return old.address() + bytes;
        }
        long wanted = Math.max(BYTES_MIN, bytes + (long) more);
        if (old != null) {
            wanted = Math.max(wanted, Math.min(2 * old.capacity(), BYTES_MAX));
        }
        Extent grown = new Extent(memory, wanted);
        if (old != null) {
            Memory.copy(old.address(), grown.address(), bytes);
            old.unpin();
        }
        extent = grown;
        return grown.address() + bytes;
    }

    void added(int more, int messages) {
        bytes += more;
        count += messages;
    }

    void seal() {
        sealed = true;
    }

    boolean isSealed() {
        return sealed;
    }

    // ---- What is in it

    int bytes() {
        return bytes;
    }

    int count() {
        return count;
    }

    /** The offset behind its last message. */
    long endOffset() {
        return firstOffset + count;
    }

    /** Where its messages lie; only while {@link #isResident}. */
    long address() {
        return resident().address();
    }

    Extent resident() {
        Extent there = extent;
        if (there == null) {
            throw new IllegalStateException("chunk " + firstOffset + ": not in memory");
        }
        return there;
    }

    boolean isResident() {
        return extent != null;
    }

    boolean isInFile() {
        return inFile;
    }

    boolean isBusy() {
        return busy;
    }

    void busy(boolean now) {
        busy = now;
    }

    void written() {
        inFile = true;
    }

    /** It was read from its file. */
    void load(Extent loaded) {
        extent = loaded;
        awaited = true;
    }

    /** True if who asked for it has not read it yet. */
    boolean isAwaited() {
        return awaited;
    }

    void read() {
        awaited = false;
    }

    /** Its memory goes, once nobody pins it. */
    void letGo() {
        Extent there = extent;
        if (there != null) {
            extent = null;
            there.unpin();
        }
    }

    /** Nobody needs its messages any more. */
    void die() {
        dead = true;
        letGo();
    }

    boolean isDead() {
        return dead;
    }

    long position() {
        return position;
    }

    void position(long record) {
        position = record;
    }
}
