package dev.millrace.queue.server;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.Durability;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Shelf;
import dev.millrace.queue.dispatch.Group;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.store.Store;

import io.netty.channel.Channel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The event loop of the queue room, on which every protocol of it runs; and what protocols need of
 * it: changes as records, replies that wait for durability, groups that are served when they have
 * something, timers.
 *
 * <pre>{@code
 * void publish(ByteBuf body) {
 *     loop.change(() -> {
 *         if (loop.admit(bytes, this::again) != ADMITTED) { return; }   // WAIT: again when there is space
 *         loop.store().effects().append(...);
 *     });
 *     outlet.write(ok, loop.position());
 * }
 * }</pre>
 */
public final class QueueLoop implements Journal.Listener, Shelf.Listener, Group.Listener {
    private static final long RETRY_MILLIS = 1_000;

    private final SingleThreadEventLoop loop;
    private final Store store;
    private final Log log;
    private final FailStop failStop;
    private final Durability durability;
    private final List<Runnable> parked = new ArrayList<>();
    private final Timetable<Group> timetable = new Timetable<>();
    private final Map<Ledger, Group> readers = new HashMap<>();
    private final Set<Group> readyGroups = new LinkedHashSet<>();
    private final Map<Group, Consumer<Group>> pumps = new HashMap<>();
    private List<Part> parts = new ArrayList<>();
    private boolean turnEnds;

    // Guarded by the store's lock.
    private final Set<Group> readyElsewhere = new LinkedHashSet<>();
    private boolean turnAsked;

    /** While parts change what they want to: groups are pumped when all have. */
    private boolean partsChange;

    private boolean changing;
    private boolean stopped;
    private long position;
    private @Nullable ScheduledFuture<?> timer;
    private long timerMillis = Timetable.NEVER;

    /**
     * @param waitsForDisk whether replies wait until the medium has what they depend on
     */
    public QueueLoop(
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
    }

    public Store store() {
        return store;
    }

    public Log log() {
        return log;
    }

    /** What runs later, on this loop. */
    public SingleThreadEventLoop executor() {
        return loop;
    }

    /** Milliseconds since 1970. */
    public long nowMillis() {
        return store.clock().millis();
    }

    /** What a connection of this loop is sent. */
    public Outlet outlet(Channel channel) {
        return new Outlet(durability, channel);
    }

    // ---- Changes

    /**
     * Runs something under the store's lock; what it changed is committed afterwards. Such calls
     * may be nested: the outermost commits. On the loop, or between {@link #join} and {@link
     * #leave}.
     */
    public void change(Runnable changes) {
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
            changes.run();
        } finally {
            position = store.commit();
            store.unlock();
            changing = false;
        }
    }

    /**
     * Lets a connection that was read from take part in this turn of the loop. When everything that
     * has come was read, the changes of all parts are made, and what they made ready is delivered,
     * all in one record; so the more there is to do, the less each message costs.
     */
    public void join(Part part) {
        parts.add(part);
        endTurn();
    }

    private void endTurn() {
        if (!turnEnds) {
            turnEnds = true;
            loop.execute(this::turn);
        }
    }

    private void turn() {
        turnEnds = false;
        List<Part> now = parts;
        parts = new ArrayList<>();
        change(
                () -> {
                    partsChange = true;
                    now.forEach(QueueLoop::change);
                    partsChange = false;
                    takeReadyElsewhere();
                    pump();
                });
        now.forEach(Part::committed);
    }

    /** One connection's mistake, or ours, does not stop the others. */
    private static void change(Part part) {
        try {
            part.change();
        } catch (RuntimeException cause) {
            part.failed(cause);
        }
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
     * Ends it. Groups that got something are pumped on the loop, one turn for all that come until
     * then.
     *
     * @param appended the record's position; 0: nothing was changed
     */
    public void leave(long appended) {
        boolean ask = !turnAsked && !readyElsewhere.isEmpty();
        turnAsked |= ask;
        store.leave(appended);
        if (ask) {
            loop.execute(this::turn);
        }
    }

    /** Takes over what changes of other threads made ready. */
    private void takeReadyElsewhere() {
        readyGroups.addAll(readyElsewhere);
        readyElsewhere.clear();
        turnAsked = false;
    }

    /** No change is made any more. */
    void stop() {
        store.close();
        stopped = true;
        ScheduledFuture<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
    }

    /** The record that the last change came with, or one before it. */
    public long position() {
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
    public boolean admitOrRetry(long bytes, Runnable again) {
        return switch (admit(bytes, again)) {
            case ADMITTED -> true;
            case WAIT -> false;
            case REFUSED -> {
                loop.schedule(again, RETRY_MILLIS, TimeUnit.MILLISECONDS);
                yield false;
            }
        };
    }

    /** Whether replies wait until the medium has what they depend on. */
    public boolean waitsForDisk() {
        return durability.waitsForDisk();
    }

    /** True while publishers are to be read from no further: the disk is slower than they are. */
    public boolean isCongested() {
        return store.state().shelf().isCongested();
    }

    // ---- Groups

    /**
     * A group whose timers run here; {@code pump} is called, under the lock, when it has something.
     */
    public Group group(String name, Consumer<Group> pump) {
        Group[] made = new Group[1];
        change(
                () -> {
                    Group group = new Group(name, store, this);
                    made[0] = group;
                    pumps.put(group, pump);
                });
        return made[0];
    }

    /** A group is no more. */
    public void forget(Group group) {
        pumps.remove(group);
        timetable.forget(group);
        readyGroups.remove(group);
    }

    @Override
    public void added(Group group, Ledger ledger) {
        readers.put(ledger, group);
    }

    @Override
    public void removed(Group group, Ledger ledger) {
        readers.remove(ledger);
    }

    /**
     * A group may have something, as after an append to a backlog that it reads: it is pumped soon.
     */
    @Override
    public void ready(Group group) {
        if (store.isJoined()) {
            readyElsewhere.add(group);
            return;
        }
        readyGroups.add(group);
        if (!partsChange) {
            endTurn();
        }
    }

    private void pump() {
        List<Group> now = List.copyOf(readyGroups);
        readyGroups.clear();
        for (Group group : now) {
            Consumer<Group> pump = pumps.get(group);
            if (pump != null) {
                pump.accept(group);
                setTimer(group);
            }
        }
    }

    // ---- Time

    /** To be called after a message of a group was deferred: its time may be the next. */
    public void setTimer(Group group) {
        if (store.isJoined()) {
            readyElsewhere.add(group); // Its timer is set when it is pumped.
            return;
        }
        timetable.plan(group, group.dueMillis());
        setTimer();
    }

    private void setTimer() {
        long due = timetable.firstMillis();
        if (due >= timerMillis) {
            return;
        }
        ScheduledFuture<?> before = timer;
        if (before != null) {
            before.cancel(false);
        }
        timerMillis = due;
        long delay = Math.max(1, due - nowMillis());
        timer = loop.schedule(this::tickDue, delay, TimeUnit.MILLISECONDS);
    }

    private void tickDue() {
        timer = null;
        timerMillis = Timetable.NEVER;
        change(() -> timetable.due(nowMillis()).forEach(this::tick));
        setTimer();
    }

    private void tick(Group group) {
        if (admitOrRetry(Group.TICK_BYTES, () -> change(() -> setTimer(group)))) {
            group.tick(nowMillis());
            timetable.plan(group, group.dueMillis());
        }
    }

    // ---- Durability

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
    public void loaded(Backlog backlog) {
        loop.execute(() -> change(() -> readyToRead(backlog)));
    }

    private void readyToRead(Backlog backlog) {
        for (Ledger ledger : backlog.ledgers()) {
            Group reader = readers.get(ledger);
            if (reader != null) {
                ready(reader);
            }
        }
    }

    @Override
    public void broken(IOException failure) {
        throw failStop.now("messages in a file cannot be read", failure);
    }

    @Override
    public void unwritable(IOException failure) {
        log.error("messages stay in memory", "cause", failure);
        loop.schedule(this::retryFiles, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void retryFiles() {
        change(() -> store.state().shelf().retry());
    }
}
