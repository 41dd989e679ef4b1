package dev.millrace.kv.blocking;

import dev.millrace.kv.session.Lane;

import java.util.Comparator;
import java.util.TreeSet;

/**
 * Until when the clients of one lane wait; on its loop. The loop is asked to wake it for the first
 * only, so that a wait that ends early leaves no timer behind.
 */
public final class Deadlines {
    private final Lane lane;
    private final TreeSet<Wait> waits =
            new TreeSet<>(
                    Comparator.comparingLong(Wait::deadlineMillis).thenComparingLong(Wait::id));

    /** For when the loop was asked; {@code Long.MAX_VALUE}: it was not. */
    private long wakeMillis = Long.MAX_VALUE;

    public Deadlines(Lane lane) {
        this.lane = lane;
    }

    void add(Wait wait) {
        waits.add(wait);
        wakeForFirst();
    }

    void remove(Wait wait) {
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
            waits.removeFirst().unblock(false);
        }
        wakeForFirst();
    }
}
