package dev.millrace.queue.store;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.queue.effect.Effects;
import dev.millrace.queue.state.State;

import java.time.Clock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The state and its journal, as those who serve see them. One change after another:
 *
 * <pre>{@code
 * store.lock();
 * try {
 *     if (store.admit(bytes) == Journal.Admission.ADMITTED) {
 *         store.effects().append(...);
 *         position = store.commit();
 *     }
 * } finally {
 *     store.unlock();
 * }
 * }</pre>
 *
 * <p>A change may also be a part of another room's record (kernel.transaction): between {@link
 * #join} and {@link #leave} the effects go there, and space and append are the other's.
 */
public final class Store {
    /** A record that is longer takes no further changes. */
    private static final long RECORD_BYTES = 1 << 20;

    private final ReentrantLock lock;
    private final State state;
    private final Journal journal;
    private final Clock clock;
    private final FailStop failStop;
    private final RecordWriter record = new RecordWriter();
    private final Effects effects;
    private final Journal.Grant grant = new Journal.Grant();
    private final NativeBuffer scratch = new NativeBuffer(1024);
    private long position;
    private boolean joined;
    private boolean closed;

    public Store(ReentrantLock lock, State state, Journal journal, Clock clock, FailStop failStop) {
        this.lock = lock;
        this.state = state;
        this.journal = journal;
        this.clock = clock;
        this.failStop = failStop;
        this.effects = new Effects(state, record);
    }

    public void lock() {
        lock.lock();
    }

    public void unlock() {
        assert effects.isEmpty() : "unlocked with an open record";
        lock.unlock();
    }

    /**
     * Locks it, and lets what changes be a part of a record of another room.
     *
     * @return false if it was closed; it is not locked then
     */
    public boolean join(RecordWriter other) {
        lock.lock();
        if (closed) {
            lock.unlock();
            return false;
        }
        joined = true;
        effects.into(other);
        return true;
    }

    /** True if this thread has joined it to another room's record. */
    public boolean isJoined() {
        return joined && lock.isHeldByCurrentThread();
    }

    /**
     * Unlocks it after {@link #join}.
     *
     * @param appended the other record's position; 0: nothing was changed here
     */
    public void leave(long appended) {
        effects.into(record);
        joined = false;
        if (appended > 0) {
            position = appended;
            state.shelf().committed(appended);
        }
        unlock();
    }

    /** Nobody joins it any more. Not on a thread that has joined it. */
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    public State state() {
        return state;
    }

    public Journal journal() {
        return journal;
    }

    public Clock clock() {
        return clock;
    }

    /** For what is put together and at once copied; one for all, under the lock. */
    public NativeBuffer scratch() {
        scratch.shrink();
        return scratch;
    }

    /** See {@link Effects}. */
    public Effects effects() {
        return effects;
    }

    /**
     * Sets space aside for effects of at most so many bytes; before the first of them. What the
     * open record has already may be committed first: what is to be one record is to be admitted as
     * one.
     */
    public Journal.Admission admit(long bytes) {
        if (!effects.isEmpty()) {
            long all = record.length() + Effects.BYTES_MAX + bytes;
            if (all <= RECORD_BYTES && journal.extend(grant, all)) {
                return Journal.Admission.ADMITTED;
            }
            commit();
        }
        return journal.admit(grant, bytes);
    }

    /**
     * Appends the open record, if there is anything in it.
     *
     * @return its position, or that of the last one
     */
    public long commit() {
        if (effects.isEmpty()) {
            return position;
        }
        effects.endRun();
        try {
            position = journal.append(record, grant, clock.millis());
        } catch (RuntimeException | Error failure) {
            throw failStop.now("a change of the queue", failure);
        }
        record.clear();
        state.shelf().committed(position);
        return position;
    }
}
