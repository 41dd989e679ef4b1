package dev.millrace.kernel.room;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.log.Log;

import io.netty.channel.SingleThreadEventLoop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The event loop on which a room is served, and what its protocols need of it: changes as records,
 * and things that wait: for space, or until what they tell of is durable.
 *
 * @param <S> the room's state and its journal
 */
public abstract class RoomLoop<S extends RoomStore> implements Journal.Listener {
    /** After so long what the disk refused is tried again. */
    protected static final long RETRY_MILLIS = 1_000;

    private record Waiting(long position, Runnable then) {}

    private final SingleThreadEventLoop loop;
    private final S store;
    private final Log log;
    private final Durability durability;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final List<Runnable> thens = new ArrayList<>();
    private final List<Runnable> parked = new ArrayList<>();
    private boolean changing;
    private boolean stopped;
    private long position;

    /**
     * @param waitsForDisk whether answers wait until the medium has what they depend on
     */
    protected RoomLoop(SingleThreadEventLoop loop, S store, boolean waitsForDisk, Log log) {
        this.loop = loop;
        this.store = store;
        this.durability = new Durability(loop, store.journal(), waitsForDisk);
        this.log = log;
    }

    public final S store() {
        return store;
    }

    public final Log log() {
        return log;
    }

    /** What runs later, on this loop. */
    public final SingleThreadEventLoop executor() {
        return loop;
    }

    /** Milliseconds since 1970. */
    public final long nowMillis() {
        return store.clock().millis();
    }

    protected final Durability durability() {
        return durability;
    }

    // ---- Changes

    /**
     * Runs something under the store's lock; what it changed is committed afterwards. Such calls
     * may be nested: the outermost commits. On the loop, or on a thread that has joined the store.
     */
    public final void change(Runnable changes) {
        if (changing || store.isJoined()) {
            changes.run();
            return;
        }
        if (stopped) {
            return;
        }
        changing = true;
        store.lock();
        try {
            locked();
            changes.run();
        } finally {
            position = store.commit();
            committed();
            store.unlock();
            changing = false;
        }
        unlocked();
        List<Runnable> all = List.copyOf(thens);
        thens.clear();
        all.forEach(this::await);
    }

    /** A change begins; under the lock. */
    protected void locked() {}

    /** Its record was appended, if it made one; still under the lock. */
    protected void committed() {}

    /** It is over; what waits for its durability waits from here on. */
    protected void unlocked() {}

    /** Makes a change a little later. From any thread. */
    public void soon(Runnable changes) {
        loop.execute(() -> change(changes));
    }

    /** The record that the last change came with, or one before it. */
    public final long position() {
        return position;
    }

    /**
     * Sets space aside, within {@link #change}, before the effects that take it.
     *
     * @param again run when there may be space, if there is none at the moment
     * @return what the journal says; with {@code WAIT} nothing may be changed, and {@code again}
     *     will be run
     */
    public Journal.Admission admit(long bytes, Runnable again) {
        Journal.Admission admission = store.admit(bytes);
        if (admission == Journal.Admission.WAIT) {
            parked.add(again);
        }
        return admission;
    }

    /**
     * The same for work that no client waits for.
     *
     * @param again run when there may be space, or after a second where the journal takes nothing
     * @return true if the space is set aside
     */
    public final boolean admitOrRetry(long bytes, Runnable again) {
        return switch (admit(bytes, again)) {
            case ADMITTED -> true;
            case WAIT -> false;
            case REFUSED -> {
                loop.schedule(again, RETRY_MILLIS, TimeUnit.MILLISECONDS);
                yield false;
            }
        };
    }

    @Override
    public final void spaceGained() {
        loop.execute(
                () -> {
                    List<Runnable> again = List.copyOf(parked);
                    parked.clear();
                    again.forEach(Runnable::run);
                });
    }

    /**
     * Lets what changes on this thread be a part of another room's record; not on the loop.
     *
     * @return false if the room has stopped; nothing is locked then
     */
    public final boolean join(RecordWriter record) {
        return store.join(record);
    }

    /** When it returns no change is made any more. Not on the loop. */
    public final void stopAndWait() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(
                () -> {
                    store.close();
                    stopped = true;
                    stopped();
                    done.countDown();
                });
        done.await();
    }

    /** No change is made any more; on the loop. */
    protected void stopped() {}

    protected final boolean isStopped() {
        return stopped;
    }

    // ---- Durability

    /** Whether answers wait until the medium has what they depend on. */
    public final boolean waitsForDisk() {
        return durability.waitsForDisk();
    }

    /**
     * Runs something, not under the lock, when what was changed up to now, and by the change that
     * runs, is durable as the room's policy has it; in the order in which it was asked for.
     */
    public final void whenDurable(Runnable then) {
        if (changing) {
            thens.add(then);
        } else {
            await(then);
        }
    }

    /** The same for what was changed up to now only; within {@link #unlocked}. */
    protected final void await(Runnable then) {
        if (waiting.isEmpty() && durability.has(position)) {
            loop.execute(then);
            return;
        }
        if (waiting.isEmpty()) {
            durability.await(this::release);
        }
        waiting.add(new Waiting(position, then));
        durability.held();
    }

    private boolean release() {
        while (!waiting.isEmpty() && durability.has(waiting.element().position)) {
            loop.execute(waiting.remove().then);
        }
        return !waiting.isEmpty();
    }

    @Override
    public final void durabilityChanged() {
        durability.changed();
    }
}
