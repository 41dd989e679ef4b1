package dev.millrace.kv.replication;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The last bytes of the stream, in blocks outside the heap: those who follow are sent from here,
 * each from its own place on, and who was away for a moment goes on from where it was. So however
 * many follow, and however slowly, the bytes are there once. Offsets count the stream's bytes from
 * its beginning.
 *
 * <p>What was added stays where it is until {@link #trim} gives its block back: bytes from a place
 * on that is never trimmed may be read without whatever guards this.
 */
final class Backlog {
    /** One page of the allocator's. */
    static final int BLOCK_BYTES = 256 * 1024;

    private final Slabs slabs = new Slabs();
    private final ArrayDeque<Block> blocks = new ArrayDeque<>();
    private long wantedBytes;
    private long end;

    private record Block(long address, long offset) {
        long end() {
            return offset + BLOCK_BYTES;
        }
    }

    /**
     * An empty one that begins at an offset.
     *
     * @param wantedBytes how many are kept for those who were away
     */
    Backlog(long wantedBytes, long offset) {
        this.wantedBytes = wantedBytes;
        end = offset;
    }

    long wantedBytes() {
        return wantedBytes;
    }

    /** From here on so many are kept; fewer at the next {@link #trim}, more as they come. */
    void wantedBytes(long bytes) {
        wantedBytes = bytes;
    }

    /** The offset of the oldest byte that is kept for those who were away. */
    long first() {
        long oldest = blocks.isEmpty() ? end : blocks.getFirst().offset;
        return Math.max(oldest, end - wantedBytes);
    }

    /** The offset behind the newest. */
    long end() {
        return end;
    }

    /** What its blocks take. */
    long heldBytes() {
        return (long) blocks.size() * BLOCK_BYTES;
    }

    void add(NativeBuffer bytes) {
        add(bytes.address(), bytes.length());
    }

    void add(byte[] bytes) {
        int done = 0;
        while (done < bytes.length) {
            int count = (int) Math.min(bytes.length - done, room());
            Memory.copy(bytes, done, place(), count);
            done += count;
            end += count;
        }
    }

    void add(long address, long bytes) {
        long done = 0;
        while (done < bytes) {
            long count = Math.min(bytes - done, room());
            Memory.copy(address + done, place(), count);
            done += count;
            end += count;
        }
    }

    /** Room in the newest block, of which there is some. */
    private long room() {
        if (blocks.isEmpty() || blocks.getLast().end() == end) {
            blocks.add(new Block(slabs.allocate(BLOCK_BYTES), end));
        }
        return blocks.getLast().end() - end;
    }

    private long place() {
        Block newest = blocks.getLast();
        return newest.address + (end - newest.offset);
    }

    /** True if it has all from this offset on. */
    boolean has(long offset) {
        return offset >= first() && offset <= end;
    }

    /**
     * Looks at what follows an offset, which is not trimmed: as much as stands together.
     *
     * @return where, and how many bytes; none at the end
     */
    Run from(long offset) {
        Iterator<Block> newestFirst = blocks.descendingIterator();
        while (newestFirst.hasNext()) {
            Block block = newestFirst.next();
            if (block.offset <= offset && offset < block.end()) {
                long count = Math.min(block.end(), end) - offset;
                return new Run(block.address + (offset - block.offset), count);
            }
        }
        return Run.NONE;
    }

    /** Bytes that stand together. */
    record Run(long address, long bytes) {
        static final Run NONE = new Run(0, 0);
    }

    /** Gives back what nobody wants any more: neither from this offset on, nor who was away. */
    void trim(long offset) {
        long keep = Math.min(offset, end - wantedBytes);
        while (!blocks.isEmpty() && blocks.getFirst().end() <= keep) {
            slabs.free(blocks.removeFirst().address);
        }
    }

    /** True if {@link #trim} would find something, were there nobody who is behind. */
    boolean hasMore() {
        return !blocks.isEmpty() && blocks.getFirst().end() <= end - wantedBytes;
    }

    /** Gives all back; it must not be used any more. */
    void free() {
        blocks.forEach(block -> slabs.free(block.address));
        blocks.clear();
    }
}
