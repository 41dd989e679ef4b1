package dev.millrace.events.server;

import dev.millrace.events.log.EventLog;
import dev.millrace.events.store.Store;
import dev.millrace.events.subscription.Host;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.Durability;
import dev.millrace.kernel.room.FailStop;

import io.netty.channel.SingleThreadEventLoop;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The event loop of the room, on which every call is served; and what the services need of it:
 * changes as records, answers that wait until these are durable, and the position up to which
 * events are to be seen. Readers see nothing that a power cut could take under the room's policy.
 */
public final class EventsLoop implements Journal.Listener, EventLog.Listener, Host {
    private static final long RETRY_MILLIS = 1_000;
    private static final long PAUSE_MILLIS = 5;

    private record Waiting(long position, Runnable then) {}

    private final SingleThreadEventLoop loop;
    private final Store store;
    private final Log log;
    private final FailStop failStop;
    private final Durability durability;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final List<Runnable> thens = new ArrayList<>();
    private final List<Runnable> parked = new ArrayList<>();
    private final Set<Runnable> atHead = new LinkedHashSet<>();
    private boolean pumpScheduled;
    private boolean changing;
    private boolean stopped;

    /** Guarded by the store's lock. */
    private boolean showAsked;

    private long position;
    private long noted;
    private long visible;

    /**
     * @param waitsForDisk whether answers wait until the medium has what they depend on
     */
    public EventsLoop(
            SingleThreadEventLoop loop,
            Store store,
            boolean waitsForDisk,
            Log log,
            FailStop failStop) {
        this.loop = loop;
        this.store = store;
        this.durability = new Durability(loop, store.journal(), waitsForDisk);
        this.log = log;
        this.failStop = failStop;
        this.noted = store.state().log().end();
        this.visible = noted;
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Log log() {
        return log;
    }

    /** What runs later, on this loop. */
    public SingleThreadEventLoop executor() {
        return loop;
    }

    /** Milliseconds since 1970. */
    @Override
    public long nowMillis() {
        return store.clock().millis();
    }

    // ---- Changes

    /**
     * Runs something under the store's lock; what it changed is committed afterwards. Such calls
     * may be nested: the outermost commits.
     */
    public void change(Runnable changes) {
        if (changing) {
            changes.run();
            return;
        }
        if (stopped) {
            return;
        }
        changing = true;
        store.lock();
        long end;
        try {
            showOthers();
            changes.run();
        } finally {
            position = store.commit();
            end = store.state().log().end();
            store.unlock();
            changing = false;
        }
        committed(end);
    }

    private void committed(long end) {
        if (end > noted) {
            noted = end;
            // Before the answers: who has one sees what he has written.
            await(() -> show(end));
        }
        List<Runnable> all = List.copyOf(thens);
        thens.clear();
        all.forEach(this::await);
    }

    @Override
    public void soon(Runnable then) {
        loop.execute(() -> change(then));
    }

    // ---- Changes in other rooms' records

    /**
     * Lets what changes on this thread be a part of another room's record; not on the loop.
     *
     * @return false if the room has stopped; nothing is locked then
     */
    public boolean join(RecordWriter record) {
        return store.join(record);
    }

    /**
     * Ends it. The events are shown when they are durable: the loop sees to it, once for all that
     * come until then.
     *
     * @param appended the record's position; 0: nothing was changed
     */
    public void leave(long appended) {
        boolean ask = appended > 0 && !showAsked;
        showAsked |= ask;
        store.leave(appended);
        if (ask) {
            loop.execute(() -> change(() -> showAsked = false));
        }
    }

    /** Whether answers wait until the medium has what they depend on. */
    public boolean waitsForDisk() {
        return durability.waitsForDisk();
    }

    /** When it returns no change is made any more. Not on the loop. */
    public void stopAndWait() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(
                () -> {
                    store.close();
                    stopped = true;
                    done.countDown();
                });
        done.await();
    }

    /**
     * Sets space aside, within {@link #change}, before the effects that take it.
     *
     * @param again run when there may be space, if there is none at the moment
     * @return what the journal says; with {@code WAIT} nothing may be changed, and {@code again}
     *     will be run
     */
    @Override
    public Journal.Admission admit(long bytes, Runnable again) {
        Journal.Admission admission = store.admit(bytes);
        if (admission == Journal.Admission.WAIT) {
            parked.add(again);
        }
        return admission;
    }

    /** True while nobody is to append more: the disk is slower than they are. */
    public boolean isCongested() {
        return store.state().log().isCongested();
    }

    /** Runs something after a moment in which the disk may have caught up. */
    public void later(Runnable then) {
        loop.schedule(then, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    // ---- What is to be seen

    /** The position of the last event that readers may see. */
    @Override
    public long visible() {
        return visible;
    }

    /**
     * What was appended in other rooms' records and is durable is shown to whoever looks now: their
     * writers may have been answered there, though this loop has not come to {@link #leave}'s task.
     */
    private void showOthers() {
        long end = store.state().log().end();
        if (end > visible && durability.has(store.position())) {
            show(end);
        }
    }

    private void show(long end) {
        visible = Math.max(visible, end);
        if (!pumpScheduled && !atHead.isEmpty()) {
            pumpScheduled = true;
            loop.execute(this::pump);
        }
    }

    private void pump() {
        pumpScheduled = false;
        List<Runnable> now = List.copyOf(atHead);
        atHead.clear();
        change(() -> now.forEach(Runnable::run));
    }

    /** Runs something, under the lock, when there is more to be seen; once. */
    @Override
    public void whenMore(Runnable then) {
        atHead.add(then);
    }

    /** It is not to be run any more. */
    @Override
    public void forget(Runnable then) {
        atHead.remove(then);
    }

    // ---- Durability

    /**
     * Runs something, not under the lock, when what was changed up to now, and by the change that
     * runs, is durable as the room's policy has it; in the order in which it was asked for.
     */
    public void whenDurable(Runnable then) {
        if (changing) {
            thens.add(then);
        } else {
            await(then);
        }
    }

    private void await(Runnable then) {
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
    public void durabilityChanged() {
        durability.changed();
    }

    @Override
    public void spaceGained() {
        loop.execute(
                () -> {
                    List<Runnable> again = List.copyOf(parked);
                    parked.clear();
                    again.forEach(Runnable::run);
                });
    }

    // ---- Files

    @Override
    public void broken(Throwable failure) {
        throw failStop.now("events in a file cannot be read", failure);
    }

    @Override
    public void unwritable(IOException failure) {
        log.error("events stay in memory", "cause", failure);
        loop.schedule(
                () -> change(() -> store.state().log().retry()),
                RETRY_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void uncompacted(IOException failure) {
        if (!stopped) {
            log.warn("files of events stay as they are", "cause", failure);
        }
    }
}
