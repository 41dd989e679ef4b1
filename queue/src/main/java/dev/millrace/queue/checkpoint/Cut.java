package dev.millrace.queue.checkpoint;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.ChunkImage;
import dev.millrace.queue.backlog.Shelf;
import dev.millrace.queue.effect.Replay;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.state.State;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The state at one moment, on its way into a checkpoint. It is made under the lock; {@link #run}
 * needs it only to let go of chunks.
 */
final class Cut implements Runnable {
    static final int COUNTERS = 1;
    static final int DEFINITION = 2;
    static final int BACKLOG = 3;
    static final int CHUNK = 4;
    static final int LEDGER = 5;
    static final int ENTRY = 6;

    private final ReentrantLock lock;
    private final Checkpoint checkpoint;
    private final Shelf shelf;
    private final NativeBuffer small = new NativeBuffer(4096);

    /** Where the buffer may be cut into blocks. */
    private final List<Long> ends = new ArrayList<>();

    private final Queue<ChunkImage> chunks = new ArrayDeque<>();
    private final List<String> files;

    Cut(State state, ReentrantLock lock, Checkpoint checkpoint) {
        this.lock = lock;
        this.checkpoint = checkpoint;
        this.shelf = state.shelf();
        small.putByte(COUNTERS);
        small.putVarint(state.lastId());
        state.definitions()
                .forEach(
                        (name, content) -> {
                            small.putByte(DEFINITION);
                            small.putByte(name.kind());
                            putBytes(name.text().getBytes(StandardCharsets.UTF_8));
                            putBytes(content);
                            mark();
                        });
        state.backlogs().forEach(this::put);
        state.ledgers().forEach(this::put);
        mark();
        files = shelf.unforced();
    }

    private void mark() {
        long last = ends.isEmpty() ? 0 : ends.getLast();
        if (small.length() - last >= Checkpoint.BLOCK_BYTES / 2) {
            ends.add(small.length());
        }
    }

    private void putBytes(byte[] bytes) {
        small.putVarint(bytes.length);
        small.put(bytes);
    }

    private void put(Backlog backlog) {
        small.putByte(BACKLOG);
        ChunkImage.putBacklog(backlog, small);
        chunks.addAll(ChunkImage.of(backlog));
        mark();
    }

    private void put(Ledger ledger) {
        small.putByte(LEDGER);
        small.putVarint(ledger.id());
        small.putVarint(ledger.backlog().id());
        small.putVarint(ledger.next());
        mark();
        ledger.save(
                (offset, counter, until) -> {
                    small.putByte(ENTRY);
                    small.putVarint(ledger.id());
                    small.putVarint(offset);
                    small.putVarint(counter);
                    small.putVarint(until);
                    mark();
                });
    }

    // ---- Without the lock

    @Override
    public void run() {
        try {
            giveSmall();
            while (!chunks.isEmpty() && !checkpoint.isAbandoned()) {
                giveChunks();
            }
            for (String file : files) {
                shelf.force(file);
            }
            checkpoint.done();
        } catch (IOException | RuntimeException | Error failure) {
            shelfLater();
            checkpoint.abandon("queue: " + failure);
        } catch (InterruptedException stopped) {
            shelfLater();
            checkpoint.abandon("the process stops");
        } finally {
            letGo(chunks);
            small.free();
        }
    }

    /** What could not be forced is to be forced for the next checkpoint. */
    private void shelfLater() {
        lock.lock();
        try {
            files.forEach(shelf::unforced);
        } finally {
            lock.unlock();
        }
    }

    private void giveSmall() throws InterruptedException {
        long from = 0;
        ends.add(small.length());
        for (long end : ends) {
            if (end > from) {
                Checkpoint.Block block = checkpoint.takeWaiting();
                block.buffer().put(small.address() + from, end - from);
                checkpoint.give(Replay.machine(), block);
            }
            from = end;
        }
    }

    /** Fills a block with chunks: many that are in files, or one that is not. */
    private void giveChunks() throws InterruptedException {
        Checkpoint.Block block = checkpoint.takeWaiting();
        List<ChunkImage> given = new ArrayList<>();
        while (!chunks.isEmpty() && block.buffer().length() < Checkpoint.BLOCK_BYTES / 2) {
            ChunkImage image = chunks.remove();
            block.buffer().putByte(CHUNK);
            image.put(block.buffer());
            given.add(image);
        }
        checkpoint.give(Replay.machine(), block);
        letGo(given);
    }

    private void letGo(Iterable<ChunkImage> images) {
        lock.lock();
        try {
            images.forEach(ChunkImage::letGo);
        } finally {
            lock.unlock();
        }
    }
}
