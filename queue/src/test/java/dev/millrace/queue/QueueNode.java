package dev.millrace.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.MovedClock;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Checkpoints;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Cursor;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.backlog.Shelf;
import dev.millrace.queue.checkpoint.QueueMachine;
import dev.millrace.queue.store.Store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;

/** A store on fake disks, that can be killed and started again. */
final class QueueNode implements Shelf.Listener {
    private static final long RECORD_BYTES_MAX = 3 << 20;

    private static final SegmentJournal.Options SMALL = new SegmentJournal.Options(2 << 20, 3);

    private final FakeDisk journalDisk = new FakeDisk();
    private final FakeDisk snapshots = new FakeDisk();
    private final FakeChunkDisk chunkDisk = new FakeChunkDisk();
    private final long memoryBytes;
    private final List<Runnable> tasks = new ArrayList<>();
    private final List<IOException> broken = new ArrayList<>();
    private final MovedClock clock = new MovedClock(1_000_000_000);
    private final NativeBuffer scratch = new NativeBuffer(1024);
    private Shard shard;
    private QueueMachine machine;
    private Store store;

    QueueNode(long memoryBytes) throws IOException {
        this.memoryBytes = memoryBytes;
        this.machine = new QueueMachine(chunkDisk, memoryBytes);
        this.shard = open();
        this.store = serve();
    }

    private Shard open() throws IOException {
        return Shard.open(
                journalDisk, snapshots, SMALL, List.of(machine), Clock.systemUTC(), new Random(1));
    }

    private Store serve() throws IOException {
        Store serving =
                new Store(
                        machine.lock(),
                        machine.state(),
                        shard.journal(),
                        clock,
                        (what, cause) -> new FailStop.Stopped(what, cause));
        machine.serve(tasks::add, tasks::add, shard.journal()::end, this);
        return serving;
    }

    void restart() throws IOException {
        tasks.clear();
        machine = new QueueMachine(chunkDisk, memoryBytes);
        shard = open();
        store = serve();
    }

    /** Everything was synced to the journal before. */
    void powerCut(Random random) throws IOException {
        shard.journal().sync();
        journalDisk.powerCut(random);
        snapshots.powerCut(random);
        chunkDisk.powerCut(random);
        restart();
    }

    boolean checkpoint() throws InterruptedException {
        return Checkpoints.take(shard);
    }

    /** Reads and writes files that were asked for. */
    void runTasks() {
        while (!tasks.isEmpty()) {
            List.copyOf(tasks.subList(0, 1)).forEach(Runnable::run);
            tasks.removeFirst();
        }
    }

    Store store() {
        return store;
    }

    FakeChunkDisk chunkDisk() {
        return chunkDisk;
    }

    List<IOException> broken() {
        return broken;
    }

    /** Makes changes as one record. */
    void change(Runnable changes) {
        store.lock();
        try {
            while (store.admit(RECORD_BYTES_MAX) != Journal.Admission.ADMITTED) {
                assertEquals(Journal.State.OPEN, store.journal().state());
                shard.segments().prepareSpace();
            }
            changes.run();
            store.commit();
        } finally {
            store.unlock();
        }
    }

    long append(Backlog backlog, String meta, byte[] body) {
        scratch.clear();
        scratch.putUtf8(meta);
        long metaBytes = scratch.length();
        scratch.put(body);
        long id = store.effects().newId();
        store.effects()
                .append(
                        backlog,
                        new Envelope(id, 1_000 + id, 0, 7),
                        scratch.address(),
                        (int) metaBytes,
                        scratch.address() + metaBytes,
                        body.length);
        return id;
    }

    MovedClock clock() {
        return clock;
    }

    /** Lends these bytes an address. */
    void withBytes(byte[] bytes, LongConsumer user) {
        scratch.clear();
        scratch.put(bytes);
        user.accept(scratch.address());
    }

    /** Reads a message, from its file if it must. */
    Message read(Cursor cursor, long offset) {
        @Nullable Message message = cursor.seek(offset);
        while (message == null) {
            if (tasks.isEmpty()) {
                throw new AssertionError("offset " + offset + ": not there, and nobody reads it");
            }
            runTasks();
            assertEquals(List.of(), broken);
            message = cursor.seek(offset);
        }
        return message;
    }

    // ---- Listener

    @Override
    public void loaded(Backlog backlog) {}

    @Override
    public void broken(IOException failure) {
        broken.add(failure);
    }

    @Override
    public void unwritable(IOException failure) {}
}
