package dev.millrace.kernel.room;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;

import java.time.Clock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A room's state and its journal, as those who serve see them. One change after another:
 *
 * <pre>{@code
 * store.lock();
 * try {
 *     if (store.admit(bytes) == Journal.Admission.ADMITTED) {
 *         store.effects()...
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
public abstract class RoomStore {
    /** A record that is longer takes no further changes. */
    private static final long RECORD_BYTES = 1 << 20;

    private final ReentrantLock lock;
    private final Journal journal;
    private final Clock clock;
    private final FailStop failStop;
    private final String change;
    private final RecordWriter record = new RecordWriter();
    private final Journal.Grant grant = new Journal.Grant();
    private long position;
    private boolean joined;
    private boolean closed;

    /**
     * @param lock what guards the state
     * @param change what is lost when a record is, for the operator
     */
    protected RoomStore(
            ReentrantLock lock, Journal journal, Clock clock, FailStop failStop, String change) {
        this.lock = lock;
        this.journal = journal;
        this.clock = clock;
        this.failStop = failStop;
        this.change = change;
    }

    /** The room's own record, where effects go unless it is joined to another. */
    protected final RecordWriter record() {
        return record;
    }

    /** Effects go into this record from here on. */
    protected abstract void into(RecordWriter other);

    /** Bytes that effects hold back and will write before the record ends. */
    protected long unwrittenBytes() {
        return 0;
    }

    /** The record is about to be appended: what was held back is written. */
    protected void endRecord() {}

    /** A record with a change of this room has been appended. Under the lock. */
    protected void appended(long at) {}

    public final void lock() {
        lock.lock();
    }

    public final void unlock() {
        assert isCommitted() : "unlocked with an open record";
        lock.unlock();
    }

    private boolean isCommitted() {
        return record.isEmpty() && unwrittenBytes() == 0;
    }

    /**
     * Locks it, and lets what changes be a part of a record of another room.
     *
     * @return false if it was closed; it is not locked then
     */
    public final boolean join(RecordWriter other) {
        lock.lock();
        if (closed) {
            lock.unlock();
            return false;
        }
        joined = true;
        into(other);
        return true;
    }

    /** True if this thread has joined it to another room's record. */
    public final boolean isJoined() {
        return joined && lock.isHeldByCurrentThread();
    }

    /**
     * Unlocks it after {@link #join}.
     *
     * @param at the other record's position; 0: nothing was changed here
     */
    public final void leave(long at) {
        into(record);
        joined = false;
        if (at > 0) {
            position = at;
            appended(at);
        }
        unlock();
    }

    /** Nobody joins it any more. Not on a thread that has joined it. */
    public final void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Of the last record with a change of this room, 0 if this process has made none. */
    public final long position() {
        return position;
    }

    public final Journal journal() {
        return journal;
    }

    public final Clock clock() {
        return clock;
    }

    /**
     * Sets space aside for effects of at most so many bytes; before the first of them. What the
     * open record has already may be committed first: what is to be one record is to be admitted as
     * one.
     */
    public final Journal.Admission admit(long bytes) {
        if (!isCommitted()) {
            long all = record.length() + unwrittenBytes() + bytes;
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
    public final long commit() {
        if (isCommitted()) {
            return position;
        }
        endRecord();
        try {
            position = journal.append(record, grant, clock.millis());
        } catch (RuntimeException | Error failure) {
            throw failStop.now(change, failure);
        }
        record.clear();
        appended(position);
        return position;
    }
}
