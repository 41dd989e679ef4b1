package dev.millrace.sim;

import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Shelf;
import dev.millrace.queue.checkpoint.QueueMachine;
import dev.millrace.queue.store.Store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.random.RandomGenerator;

/** A node of real kernel and real queue on fake disks: one life of a process. */
final class QueueSimNode implements Shelf.Listener {
    private static final SegmentJournal.Options OPTIONS =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 2);

    private static final long MEMORY_BYTES = 300_000;
    private static final int WAITS_MAX = 20;

    private final Shard shard;
    private final Store store;
    private final QueueMachine machine;
    private final SimClock clock;
    private final ArrayDeque<Runnable> files = new ArrayDeque<>();
    private final NativeBuffer scratch = new NativeBuffer(1024);
    private @Nullable Runnable cut;
    private @Nullable Runnable checkpointWriter;
    private boolean broken;
    private boolean unwritable;

    QueueSimNode(
            FakeDisk journal,
            FakeDisk snapshots,
            SimChunkDisk chunks,
            SimClock clock,
            RandomGenerator salts)
            throws IOException {
        this.clock = clock;
        machine = new QueueMachine(chunks, MEMORY_BYTES, given -> cut = given);
        shard = Shard.open(journal, snapshots, OPTIONS, List.of(machine), clock, salts);
        store =
                new Store(
                        machine.lock(),
                        machine.state(),
                        shard.journal(),
                        clock,
                        (what, cause) -> new FailStop.Stopped(what, cause));
        machine.serve(files::add, files::add, shard.journal()::end, this);
    }

    Store store() {
        return store;
    }

    Journal journal() {
        return shard.journal();
    }

    /** A file of messages could not be read: the process ends. */
    boolean isBroken() {
        return broken;
    }

    // ---- Changes

    /**
     * Makes changes as one record.
     *
     * @return its position; 0 if there is no space for it
     */
    long change(long bytes, Runnable changes) {
        store.lock();
        try {
            for (int i = 0; i < WAITS_MAX; i++) {
                Journal.Admission admission = store.admit(bytes);
                if (admission == Journal.Admission.ADMITTED) {
                    changes.run();
                    store.commit();
                    return journal().end();
                }
                if (admission == Journal.Admission.REFUSED) {
                    return 0;
                }
                shard.segments().prepareSpace();
            }
            return 0;
        } finally {
            store.unlock();
        }
    }

    /** Lends a body an address. */
    long address(byte[] body) {
        scratch.clear();
        scratch.put(body);
        return scratch.address();
    }

    /** Appends a message within a change; its id. */
    long append(Backlog backlog, byte[] body) {
        Envelope envelope = envelope();
        store.effects().append(backlog, envelope, 0, 0, address(body), body.length);
        return envelope.id();
    }

    /** Of a new message. */
    Envelope envelope() {
        return new Envelope(store.effects().newId(), clock.millis() * 1_000_000, 0, 0);
    }

    void prepareSpace() {
        shard.segments().prepareSpace();
    }

    // ---- Files of messages

    /** Reads and writes at most so many that were asked for. */
    void turnFiles(int most) {
        for (int i = 0; i < most && !files.isEmpty(); i++) {
            files.remove().run();
        }
    }

    /** What could not be written is written after all. */
    void retryFiles() {
        if (unwritable) {
            unwritable = false;
            store.lock();
            store.state().shelf().retry();
            store.unlock();
        }
    }

    @Override
    public void loaded(Backlog backlog) {
        // Whoever wants it looks again.
    }

    @Override
    public void broken(IOException failure) {
        broken = true;
    }

    @Override
    public void unwritable(IOException failure) {
        unwritable = true;
    }

    // ---- Checkpoints

    void beginCheckpoint() {
        if (checkpointWriter == null) {
            shard.checkpoint(writer -> checkpointWriter = writer, complete -> {});
        }
    }

    /** Gives what the cut has pinned and writes it, whatever comes of it. */
    void finishCheckpoint() {
        Runnable writer = checkpointWriter;
        Runnable giver = cut;
        if (writer == null || giver == null) {
            return;
        }
        checkpointWriter = null;
        cut = null;
        Thread giving = Thread.ofPlatform().start(giver);
        writer.run();
        try {
            giving.join();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
