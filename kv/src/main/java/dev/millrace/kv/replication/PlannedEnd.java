package dev.millrace.kv.replication;

import dev.millrace.kv.command.Refusal;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.session.Hold;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * An end that was asked for, by SHUTDOWN, a signal or the program around us: nothing is written any
 * more, and those who follow us have {@code shutdown-timeout} to execute all that was.
 *
 * <pre>
 * SERVING ── begin ──▶ WAITING ── they have all, or are too slow ──▶ ENDING
 *   ▲  └──── nobody follows, NOW ───────────────────────────────────────▶│
 *   └───────────────── ABORT ─┴────── no dump for SHUTDOWN SAVE ─────────┘
 * </pre>
 *
 * <p>From any thread.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace they are constants
public final class PlannedEnd {
    private static final Refusal NOT_IN_PROGRESS = new Refusal("ERR No shutdown in progress.");
    private static final Refusal NOT_OURS =
            new Refusal(
                    "ERR This shutdown was not begun by SHUTDOWN (but by a signal, or the program"
                            + " around the server) and cannot be aborted.");
    private static final long MILLIS_PER_SECOND = 1000;

    private enum State {
        SERVING,
        WAITING,
        ENDING
    }

    private final KvServer server;
    private final Feed feed;
    private final List<Consumer<Boolean>> told = new ArrayList<>();
    private volatile State state = State.SERVING;
    private boolean isForGood;
    private @Nullable Hold hold;
    private long endMillis;

    /** The stream's offset when nothing was written any more; -1 before. */
    private long wanted;

    private PlannedEnd(KvServer server) {
        this.server = server;
        this.feed = Feed.of(server);
        server.eachTick(this::look);
    }

    public static PlannedEnd of(KvServer server) {
        return server.part(PlannedEnd.class, PlannedEnd::new);
    }

    /**
     * Begins it, or takes part in what has begun.
     *
     * @param now waits for nobody
     * @param then is told, from any thread, that this is the end, or (false) that it is not
     */
    public void begin(boolean now, Consumer<Boolean> then) {
        List<Consumer<Boolean>> over;
        synchronized (this) {
            told.add(then);
            // Who is inside a script that takes long would be waited for in vain.
            boolean waits = server.busyScript() == null && (state == State.WAITING || !now);
            if (waits && state == State.SERVING) {
                hold();
            }
            if (waits && state == State.WAITING) {
                return;
            }
            over = end();
        }
        over.forEach(each -> each.accept(true));
    }

    /** The same for an end that cannot be taken back; returns when it has come. */
    public void await() throws InterruptedException {
        synchronized (this) {
            isForGood = true;
        }
        CountDownLatch over = new CountDownLatch(1);
        begin(false, well -> over.countDown());
        // The tick that looks is not there while a script takes long.
        if (!over.await(timeoutMillis(), TimeUnit.MILLISECONDS)) {
            look();
        }
    }

    /** Those who have begun it are told that it is off, and what waits goes on. */
    public void abort() {
        List<Consumer<Boolean>> over;
        synchronized (this) {
            if (state != State.WAITING) {
                throw NOT_IN_PROGRESS;
            }
            if (isForGood) {
                throw NOT_OURS;
            }
            over = List.copyOf(told);
            goOn();
        }
        over.forEach(each -> each.accept(false));
    }

    /** What was to be done at the end has failed. */
    public synchronized void fail() {
        if (!isForGood) {
            goOn();
        }
    }

    /** For how long those who follow us have yet; empty if nobody waits for them. */
    public synchronized OptionalLong leftMillis() {
        return state == State.WAITING
                ? OptionalLong.of(endMillis - server.clock().millis())
                : OptionalLong.empty();
    }

    // ---- Under the lock

    private void hold() {
        long timeout = timeoutMillis();
        if (timeout == 0 || feed.replicas().isEmpty()) {
            return;
        }
        state = State.WAITING;
        hold = server.holdWrites();
        feed.hush(true);
        wanted = -1;
        endMillis = server.clock().millis() + timeout;
    }

    private long timeoutMillis() {
        return Parameters.of(server).number("shutdown-timeout") * MILLIS_PER_SECOND;
    }

    private List<Consumer<Boolean>> end() {
        state = State.ENDING;
        List<Consumer<Boolean>> all = List.copyOf(told);
        told.clear();
        return all;
    }

    private void goOn() {
        state = State.SERVING;
        told.clear();
        if (hold != null) {
            hold.end();
            feed.hush(false);
            hold = null;
        }
    }

    // ---- Time

    private void look() {
        if (state != State.WAITING) {
            return;
        }
        List<Consumer<Boolean>> over;
        synchronized (this) {
            if (state != State.WAITING || !haveAll() && !isLate()) {
                return;
            }
            over = end();
        }
        over.forEach(each -> each.accept(true));
    }

    private boolean haveAll() {
        if (hold == null || !hold.isComplete()) {
            return false;
        }
        boolean isFirst = wanted < 0;
        if (isFirst) {
            wanted = feed.offset();
        }
        int behind = feed.replicas().size() - feed.acknowledgedUpTo(wanted);
        if (behind > 0 && isFirst) {
            feed.askForAcknowledgements(server.lanes().getFirst());
        }
        return behind <= 0;
    }

    private boolean isLate() {
        if (server.clock().millis() < endMillis) {
            return false;
        }
        Lane lane = server.lanes().getFirst();
        for (Replica replica : feed.replicas()) {
            if (!replica.isOnline() || replica.acknowledged() < wanted) {
                String who = replica.address() + ":" + replica.port();
                lane.loop().warn("replica " + who + " has not all", "it is too slow to wait for");
            }
        }
        return true;
    }
}
