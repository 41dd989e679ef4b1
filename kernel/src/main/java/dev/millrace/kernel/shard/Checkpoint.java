package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.memory.NativeBuffer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A checkpoint being written. State machines fill blocks on their own threads; {@link #run}, on a
 * thread of its own, writes them.
 *
 * <p>Memory is bounded: there are {@link #BLOCKS} blocks, and a machine that finds none free waits
 * to be told by {@link #whenRoom}. An item that is about to change cannot wait; for such there are
 * {@link #allowExtra} more, and when the disk is so slow that they are used up too, the checkpoint
 * is given up rather than a command held up. The journal still has everything.
 */
public final class Checkpoint implements Runnable {
    /** A block's payload is at most so long, but for one item that is longer. */
    public static final int BLOCK_BYTES = 128 * 1024;

    private static final int BLOCKS = 16;
    private static final int EXTRA_BLOCKS = 256;

    /**
     * So much is written before it is forced. Left to the end, a gigabyte would go to the disk at
     * once, and the journal's syncs would wait behind it.
     */
    private static final int FORCE_BYTES = 16 << 20;

    private final Disk disk;
    private final long position;
    private final long createdMillis;
    private final Runnable ended;

    // Guarded by this.
    private final ArrayDeque<Block> free;
    private final ArrayDeque<Block> full = new ArrayDeque<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private int made;
    private boolean writing;
    private int machinesLeft;
    private volatile @Nullable String failure;
    private int extraBlocks = EXTRA_BLOCKS;
    private boolean complete;
    private long bytes;

    /** A piece of one machine's state. Whoever took it fills it, on one thread at a time. */
    public static final class Block {
        private final NativeBuffer buffer = new NativeBuffer(BLOCK_BYTES + 1024L);
        private int machine;

        public NativeBuffer buffer() {
            return buffer;
        }
    }

    /**
     * @param pool blocks of earlier checkpoints; this one leaves its own there
     */
    Checkpoint(
            Disk disk,
            long position,
            long createdMillis,
            int machines,
            ArrayDeque<Block> pool,
            Runnable ended) {
        this.disk = disk;
        this.free = pool;
        this.made = pool.size();
        this.position = position;
        this.createdMillis = createdMillis;
        this.machinesLeft = machines;
        this.ended = ended;
    }

    /** Every effect up to this position is in it, and none after. */
    public long position() {
        return position;
    }

    // ---- For state machines, on any thread

    /** Lets items that are about to change take so much memory, if that is more than otherwise. */
    public synchronized void allowExtra(long bytes) {
        extraBlocks = (int) Math.max(EXTRA_BLOCKS, bytes / BLOCK_BYTES);
    }

    /** An empty block, or null if none is free. */
    public synchronized @Nullable Block take() {
        return take(BLOCKS);
    }

    /**
     * An empty block, for a thread that may wait for one.
     *
     * @throws IllegalStateException if the checkpoint was given up
     */
    public Block takeWaiting() throws InterruptedException {
        while (true) {
            Block block = take();
            if (block != null) {
                return block;
            }
            if (isAbandoned()) {
                throw new IllegalStateException("the checkpoint was given up");
            }
            CountDownLatch room = new CountDownLatch(1);
            whenRoom(room::countDown);
            room.await();
        }
    }

    /** An empty block for an item that is about to change; null if there is not even such a one. */
    public synchronized @Nullable Block takeAtOnce() {
        return take(BLOCKS + extraBlocks);
    }

    private @Nullable Block take(int most) {
        if (inUse() >= most) {
            return null;
        }
        Block block = free.poll();
        if (block == null) {
            made++;
            block = new Block();
        }
        return block;
    }

    private int inUse() {
        return made - free.size();
    }

    /** Gives a filled block to be written. */
    public synchronized void give(int machine, Block block) {
        if (failure != null) {
            putBack(block);
            return;
        }
        block.machine = machine;
        full.add(block);
        notifyAll();
    }

    /**
     * Runs the action, once, when a block is free. Where none is about to become free, because all
     * of them are being filled, it is run at once: whoever fills one can go on with that.
     */
    public void whenRoom(Runnable action) {
        synchronized (this) {
            boolean releases = writing || !full.isEmpty();
            if (inUse() >= BLOCKS && releases && failure == null) {
                waiting.add(action);
                return;
            }
        }
        action.run();
    }

    /** One machine has given all. */
    public synchronized void done() {
        machinesLeft--;
        notifyAll();
    }

    /** It cannot be finished; what it had so far is deleted. */
    public void abandon(String reason) {
        List<Runnable> told;
        synchronized (this) {
            if (failure == null) {
                failure = reason;
                full.forEach(this::putBack);
                full.clear();
            }
            told = List.copyOf(waiting);
            waiting.clear();
            notifyAll();
        }
        told.forEach(Runnable::run);
    }

    /** True once nothing that is given will be kept. */
    public boolean isAbandoned() {
        return failure != null;
    }

    // ---- Writing

    /** Writes until it is whole or given up. */
    @Override
    public void run() {
        String name = CheckpointFile.name(position);
        String unfinished = name + CheckpointFile.UNFINISHED;
        try {
            try (Disk.Output out = disk.write(unfinished);
                    CheckpointFile.Writer writer =
                            new CheckpointFile.Writer(out, position, createdMillis)) {
                writeBlocks(writer, out);
                writer.end();
                out.force();
            }
            disk.rename(unfinished, name);
            synchronized (this) {
                complete = failure == null;
            }
        } catch (IOException | RuntimeException | Error e) {
            abandon(e.toString()); // Whatever it is: the machines wait to be told.
        } catch (InterruptedException e) {
            abandon("the process stops");
        } finally {
            if (isAbandoned()) {
                deleteQuietly(unfinished);
            }
            ended.run();
        }
    }

    private void writeBlocks(CheckpointFile.Writer writer, Disk.Output out)
            throws IOException, InterruptedException {
        long unforcedBytes = 0;
        while (true) {
            Block block;
            synchronized (this) {
                while (full.isEmpty() && machinesLeft > 0 && failure == null) {
                    wait();
                }
                if (failure != null) {
                    throw new IOException(failure);
                }
                block = full.poll();
                writing = block != null;
            }
            if (block == null) {
                return;
            }
            try {
                NativeBuffer content = block.buffer;
                writer.block(block.machine, content.address(), content.length());
                unforcedBytes += content.length();
            } finally {
                release(block);
            }
            if (unforcedBytes >= FORCE_BYTES) {
                out.force();
                unforcedBytes = 0;
            }
        }
    }

    private void release(Block block) {
        List<Runnable> told;
        synchronized (this) {
            writing = false;
            bytes += block.buffer.length();
            putBack(block);
            told = inUse() < BLOCKS || full.isEmpty() ? List.copyOf(waiting) : List.of();
            waiting.removeAll(told);
        }
        told.forEach(Runnable::run);
    }

    /** Keeps a block for later, unless there are enough. Guarded by this. */
    private void putBack(Block block) {
        if (free.size() < BLOCKS) {
            block.buffer.shrink();
            free.add(block);
        } else {
            block.buffer.free();
            made--;
        }
    }

    private void deleteQuietly(String name) {
        try {
            disk.delete(name);
        } catch (IOException e) {
            // The next start deletes what is unfinished.
            return;
        }
    }

    /** True when it is whole and durable. */
    public synchronized boolean isComplete() {
        return complete;
    }

    /** Why it was given up; empty if it was not. */
    public synchronized String failure() {
        String reason = failure;
        return reason == null ? "" : reason;
    }

    /** Bytes of state written. */
    public synchronized long bytes() {
        return bytes;
    }
}
