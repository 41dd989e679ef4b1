package dev.millrace.events.server;

import dev.millrace.events.log.EventLog;
import dev.millrace.events.store.Store;
import dev.millrace.events.subscription.Host;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.room.RoomLoop;

import io.netty.channel.SingleThreadEventLoop;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The event loop of the room, on which every call is served; and what the services need of it:
 * changes as records, answers that wait until these are durable, and the position up to which
 * events are to be seen. Readers see nothing that a power cut could take under the room's policy.
 */
public final class EventsLoop extends RoomLoop<Store> implements EventLog.Listener, Host {
    private static final long PAUSE_MILLIS = 5;

    private final FailStop failStop;
    private final Set<Runnable> atHead = new LinkedHashSet<>();
    private boolean pumpScheduled;

    /** Guarded by the store's lock. */
    private boolean showAsked;

    /** Guarded by the store's lock. */
    private long end;

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
        super(loop, store, waitsForDisk, log);
        this.failStop = failStop;
        this.noted = store.state().log().end();
        this.visible = noted;
    }

    // ---- Changes

    @Override
    protected void locked() {
        showOthers();
    }

    @Override
    protected void committed() {
        end = store().state().log().end();
    }

    @Override
    protected void unlocked() {
        long last = end;
        if (last > noted) {
            noted = last;
            // Before the answers: who has one sees what he has written.
            await(() -> show(last));
        }
    }

    // ---- Changes in other rooms' records

    /**
     * Ends what {@link #join} began. The events are shown when they are durable: the loop sees to
     * it, once for all that come until then.
     *
     * @param appended the record's position; 0: nothing was changed
     */
    public void leave(long appended) {
        boolean ask = appended > 0 && !showAsked;
        showAsked |= ask;
        store().leave(appended);
        if (ask) {
            soon(() -> showAsked = false);
        }
    }

    /** True while nobody is to append more: the disk is slower than they are. */
    public boolean isCongested() {
        return store().state().log().isCongested();
    }

    /** Runs something after a moment in which the disk may have caught up. */
    public void later(Runnable then) {
        executor().schedule(then, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
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
        long end = store().state().log().end();
        if (end > visible && durability().has(store().position())) {
            show(end);
        }
    }

    private void show(long end) {
        visible = Math.max(visible, end);
        if (!pumpScheduled && !atHead.isEmpty()) {
            pumpScheduled = true;
            executor().execute(this::pump);
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

    // ---- Files

    @Override
    public void broken(Throwable failure) {
        throw failStop.now("events in a file cannot be read", failure);
    }

    @Override
    public void unwritable(IOException failure) {
        log().error("events stay in memory", "cause", failure);
        executor()
                .schedule(
                        () -> change(() -> store().state().log().retry()),
                        RETRY_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void uncompacted(IOException failure) {
        if (!isStopped()) {
            log().warn("files of events stay as they are", "cause", failure);
        }
    }
}
