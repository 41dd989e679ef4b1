package dev.millrace.queue.store;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.room.RoomStore;
import dev.millrace.queue.effect.Effects;
import dev.millrace.queue.state.State;

import java.time.Clock;
import java.util.concurrent.locks.ReentrantLock;

/** The queue and its journal, as those who serve see them. */
public final class Store extends RoomStore {
    private final State state;
    private final Effects effects;
    private final NativeBuffer scratch = new NativeBuffer(1024);

    public Store(ReentrantLock lock, State state, Journal journal, Clock clock, FailStop failStop) {
        super(lock, journal, clock, failStop, "a change of the queue");
        this.state = state;
        this.effects = new Effects(state, record());
    }

    @Override
    protected void into(RecordWriter other) {
        effects.into(other);
    }

    @Override
    protected long unwrittenBytes() {
        return effects.isEmpty() ? 0 : Effects.BYTES_MAX;
    }

    @Override
    protected void endRecord() {
        effects.endRun();
    }

    @Override
    protected void appended(long at) {
        state.shelf().committed(at);
    }

    public State state() {
        return state;
    }

    /** See {@link Effects}. */
    public Effects effects() {
        return effects;
    }

    /** For what is put together and at once copied; one for all, under the lock. */
    public NativeBuffer scratch() {
        scratch.shrink();
        return scratch;
    }
}
