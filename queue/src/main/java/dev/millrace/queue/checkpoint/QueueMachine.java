package dev.millrace.queue.checkpoint;

import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.kernel.shard.LockedMachine;
import dev.millrace.queue.backlog.ChunkDisk;
import dev.millrace.queue.backlog.Shelf;
import dev.millrace.queue.effect.Replay;
import dev.millrace.queue.state.State;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * The queue as a state machine of a shard. At a cut the small things are copied; chunks are pinned
 * where they lie, and a thread of its own gives them to the checkpoint.
 */
public final class QueueMachine extends LockedMachine {
    private final State state;
    private final Replay replay;
    private final Loading loading;
    private final Executor cutter;

    /**
     * @param memoryBytes for messages; what is beyond goes to files
     */
    public QueueMachine(ChunkDisk disk, long memoryBytes) {
        this(disk, memoryBytes, QueueMachine::onThread);
    }

    /**
     * @param cutter runs what gives a checkpoint its contents, and may wait for who writes it
     */
    public QueueMachine(ChunkDisk disk, long memoryBytes, Executor cutter) {
        this.cutter = cutter;
        this.state = new State(new Shelf(lock(), disk, memoryBytes));
        this.replay = new Replay(state);
        this.loading = new Loading(state);
    }

    public State state() {
        return state;
    }

    /**
     * The state is complete, and whoever changes it runs.
     *
     * @param writer runs what writes files, {@code reader} what reads them
     * @param journalEnd the position of the last record
     */
    public void serve(
            Executor writer, Executor reader, LongSupplier journalEnd, Shelf.Listener listener)
            throws IOException {
        lock().lock();
        try {
            state.shelf().serve(writer, reader, journalEnd, listener);
            List<String> files = new ArrayList<>();
            state.backlogs().forEach(backlog -> files.addAll(backlog.files()));
            state.shelf().keepOnly(files);
        } finally {
            lock().unlock();
        }
    }

    @Override
    public int machine() {
        return Replay.machine();
    }

    @Override
    protected void replay(long address, int bytes) {
        replay.apply(address, bytes);
    }

    @Override
    protected void restore(long address, int bytes) {
        loading.load(address, bytes);
    }

    @Override
    public void cut(Checkpoint checkpoint) {
        cutter.execute(new Cut(state, lock(), checkpoint));
    }

    private static void onThread(Runnable cut) {
        Thread.ofPlatform().name("queue-checkpoint").daemon(true).start(cut);
    }

    @Override
    public void forget(long position) {
        lock().lock();
        try {
            state.shelf().forget(position);
        } finally {
            lock().unlock();
        }
    }
}
