package dev.millrace.events.checkpoint;

import dev.millrace.events.effect.Replay;
import dev.millrace.events.log.EventLog;
import dev.millrace.events.state.State;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.shard.Checkpoint;
import dev.millrace.kernel.shard.LockedMachine;

import java.io.IOException;

/**
 * The events room as a state machine of a shard. At a cut segments are pinned where they lie, and
 * pages of streams are copied only if they change; a thread of its own gives them to the
 * checkpoint.
 */
public final class EventsMachine extends LockedMachine {
    private final State state;
    private final Replay replay;
    private final Loading loading;

    /**
     * @param disk where the files of events are
     * @param memoryBytes for events that are in files as well
     * @param segmentBytes see {@link EventLog}
     * @param projecting whether there are derived streams
     */
    public EventsMachine(Disk disk, long memoryBytes, int segmentBytes, boolean projecting) {
        StreamTable streams = new StreamTable();
        EventLog log = new EventLog(lock(), disk, streams, memoryBytes, segmentBytes);
        this.state = new State(streams, log, projecting);
        this.replay = new Replay(state);
        this.loading = new Loading(state);
    }

    public State state() {
        return state;
    }

    /** The state is complete, and whoever changes it runs. */
    public void serve(EventLog.Workers workers, EventLog.Listener listener) throws IOException {
        lock().lock();
        try {
            state.log().serve(workers, listener);
        } finally {
            lock().unlock();
        }
    }

    /** The process stops: no further file is made of others. */
    public void stopCompacting() {
        lock().lock();
        try {
            state.log().stopCompacting();
        } finally {
            lock().unlock();
        }
    }

    /** Closes its files; nobody reads any more. */
    public void close() throws IOException {
        lock().lock();
        try {
            state.log().close();
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
    public boolean isCutting() {
        return state.streams().isCutting();
    }

    @Override
    public void cut(Checkpoint checkpoint) {
        state.log().cut(checkpoint);
        Cut cut = new Cut(state, lock(), checkpoint);
        Thread.ofPlatform().name("events-checkpoint").daemon(true).start(cut);
    }

    @Override
    public void forget(long position) {
        try {
            state.log().forget(position);
        } catch (IOException failure) {
            // They are not in the way: the next start deletes what no checkpoint lists.
            return;
        }
    }
}
