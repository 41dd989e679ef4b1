package dev.millrace.queue.server;

import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.room.RoomLoop;
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
public final class QueueLoop extends RoomLoop<Store> implements Shelf.Listener, Group.Listener {
    private final FailStop failStop;
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
        super(loop, store, waitsForDisk, log);
        this.failStop = failStop;
    }

    /** What a connection of this loop is sent. */
    public Outlet outlet(Channel channel) {
        return new Outlet(durability(), channel);
    }

    // ---- Changes

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
            executor().execute(this::turn);
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
     * Ends what {@link #join} began. Groups that got something are pumped on the loop, one turn for
     * all that come until then.
     *
     * @param appended the record's position; 0: nothing was changed
     */
    public void leave(long appended) {
        boolean ask = !turnAsked && !readyElsewhere.isEmpty();
        turnAsked |= ask;
        store().leave(appended);
        if (ask) {
            executor().execute(this::turn);
        }
    }

    /** Takes over what changes of other threads made ready. */
    private void takeReadyElsewhere() {
        readyGroups.addAll(readyElsewhere);
        readyElsewhere.clear();
        turnAsked = false;
    }

    @Override
    protected void stopped() {
        ScheduledFuture<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
    }

    /** True while publishers are to be read from no further: the disk is slower than they are. */
    public boolean isCongested() {
        return store().state().shelf().isCongested();
    }

    // ---- Groups

    /**
     * A group whose timers run here; {@code pump} is called, under the lock, when it has something.
     */
    public Group group(String name, Consumer<Group> pump) {
        Group[] made = new Group[1];
        change(
                () -> {
                    Group group = new Group(name, store(), this);
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
        if (store().isJoined()) {
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
        if (store().isJoined()) {
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
        timer = executor().schedule(this::tickDue, delay, TimeUnit.MILLISECONDS);
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

    // ---- Files

    @Override
    public void loaded(Backlog backlog) {
        soon(() -> readyToRead(backlog));
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
        log().error("messages stay in memory", "cause", failure);
        executor().schedule(this::retryFiles, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void retryFiles() {
        change(() -> store().state().shelf().retry());
    }
}
