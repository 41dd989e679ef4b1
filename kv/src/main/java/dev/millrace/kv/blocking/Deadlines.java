package dev.millrace.kv.blocking;

import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.Session;

import java.util.Comparator;
import java.util.TreeSet;

/**
 * Until when the clients of one lane wait; on its loop. The loop is asked to wake it for the first
 * only, so that a wait that ends early leaves no timer behind.
 */
public final class Deadlines {
    /** A client that waits until a time at most. */
    public interface Until extends Session.Blocking {
        /** Ms since 1970. */
        long deadlineMillis();

        /** No two that wait have the same. */
        long id();
    }

    private final Lane lane;
    private final TreeSet<Until> waits =
            new TreeSet<>(
                    Comparator.comparingLong(Until::deadlineMillis).thenComparingLong(Until::id));

    /** For when the loop was asked; {@code Long.MAX_VALUE}: it was not. */
    private long wakeMillis = Long.MAX_VALUE;

    public Deadlines(Lane lane) {
        this.lane = lane;
    }

    public void add(Until wait) {
        waits.add(wait);
        wakeForFirst();
    }

    public void remove(Until wait) {
        waits.remove(wait);
    }

    private void wakeForFirst() {
        if (!waits.isEmpty() && waits.first().deadlineMillis() < wakeMillis) {
            wakeMillis = waits.first().deadlineMillis();
            lane.later(wakeMillis - lane.server().clock().millis(), this::wake);
        }
    }

    private void wake() {
        long nowMillis = lane.server().clock().millis();
        if (nowMillis >= wakeMillis) {
            wakeMillis = Long.MAX_VALUE;
        }
        while (!waits.isEmpty() && waits.first().deadlineMillis() <= nowMillis) {
            waits.removeFirst().unblock(null);
        }
        wakeForFirst();
    }
}
