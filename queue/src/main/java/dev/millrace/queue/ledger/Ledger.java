package dev.millrace.queue.ledger;

import dev.millrace.queue.backlog.Backlog;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * What one group of consumers has had of a backlog.
 *
 * <pre>
 *   gone                    | behind next: acknowledged, or tried so often | ready
 *   ------------------------+----------------------------------------------+---------→
 *                         base (window of counters)                     next
 * </pre>
 *
 * <p>A message that waits costs nothing here, one that was acknowledged two bytes for as long as an
 * older one was not, but for {@link #WINDOW_MAX} of these at most: who is left so far behind stands
 * in a map. Only effects change it; who has what in flight is not its business. Under the store's
 * lock.
 */
public final class Ledger {
    /** No more counters than this stand in the window. */
    static final int WINDOW_MAX = 1 << 16;

    private static final int COUNTER_MASK = 0xffff;

    /** The counter of a message that was deferred before its first attempt. */
    private static final int DEFERRED = 0xffff;

    private static final int ATTEMPTS_MAX = DEFERRED - 1;
    private static final int WINDOW_MIN = 64;

    private final long id;
    private final Backlog backlog;

    /** By offset modulo its length: how often it was tried; 0: acknowledged. */
    private short[] window = new short[WINDOW_MIN];

    private long base;
    private long next;
    private final TreeMap<Long, Integer> stragglers = new TreeMap<>();
    private final Map<Long, Long> deferred = new HashMap<>();
    private long unacknowledged;

    /** One that begins at an offset. */
    public Ledger(long id, Backlog backlog, long start) {
        this.id = id;
        this.backlog = backlog;
        this.base = start;
        this.next = start;
    }

    public long id() {
        return id;
    }

    public Backlog backlog() {
        return backlog;
    }

    /** The first offset that nobody has had. */
    public long next() {
        return next;
    }

    /** How many nobody has had. */
    public long ready() {
        return backlog.end() - next;
    }

    /** How many were delivered, or deferred, and are not acknowledged. */
    public long unacknowledged() {
        return unacknowledged;
    }

    /** What comes before this offset is not needed here. */
    public long floor() {
        return stragglers.isEmpty() ? base : stragglers.firstKey();
    }

    /** How often a message was delivered to this group; 0: never, or it is acknowledged. */
    public int attempts(long offset) {
        int counter = counter(offset);
        return counter == DEFERRED ? 0 : counter;
    }

    private int counter(long offset) {
        if (offset >= next) {
            return 0;
        }
        if (offset >= base) {
            return window[slot(offset)] & COUNTER_MASK;
        }
        return stragglers.getOrDefault(offset, 0);
    }

    /** True if it was delivered, or deferred, and not acknowledged. */
    public boolean isUnacknowledged(long offset) {
        return counter(offset) > 0;
    }

    /** Until when it is deferred, in ms since 1970; 0: it is not. */
    public long deferredUntil(long offset) {
        return deferred.getOrDefault(offset, 0L);
    }

    /** Gives every offset that was tried and not acknowledged, in order. */
    public void forEachUnacknowledged(LongConsumer taker) {
        save((offset, counter, until) -> taker.accept(offset));
    }

    // ---- Effects

    /** The next message goes to a consumer, for the first time. */
    public void deliver() {
        advance(1);
    }

    /** The next message is passed over for now, to be delivered at a time. */
    public void deferNext(long untilMillis) {
        deferred.put(next, untilMillis);
        advance(DEFERRED);
    }

    private void advance(int attempts) {
        if (next - base == window.length) {
            makeRoom();
        }
        window[slot(next)] = (short) attempts;
        next++;
        unacknowledged++;
    }

    /** The next {@code count} messages are done with, undelivered. */
    public void skip(long count) {
        if (count >= window.length) {
            leaveBehind(count);
            return;
        }
        for (long left = count; left > 0; left--) {
            if (base == next) {
                base += left;
                next = base;
                return;
            }
            if (next - base == window.length) {
                makeRoom();
            }
            window[slot(next)] = 0;
            next++;
        }
    }

    private void leaveBehind(long count) {
        for (; base < next; base++) {
            straggle();
        }
        next += count;
        base = next;
    }

    /** A message goes to a consumer again. */
    public void retry(long offset) {
        deferred.remove(offset);
        put(offset, Math.min(attempts(offset) + 1, ATTEMPTS_MAX));
    }

    /** It is not to be delivered before a time. */
    public void defer(long offset, long untilMillis) {
        deferred.put(offset, untilMillis);
    }

    /** It is done with. */
    public void acknowledge(long offset) {
        if (!isUnacknowledged(offset)) {
            return;
        }
        unacknowledged--;
        if (!deferred.isEmpty()) {
            deferred.remove(offset);
        }
        if (offset < base) {
            stragglers.remove(offset);
            return;
        }
        window[slot(offset)] = 0;
        while (base < next && window[slot(base)] == 0) {
            base++;
        }
    }

    private void put(long offset, int attempts) {
        if (offset >= base) {
            window[slot(offset)] = (short) attempts;
        } else {
            stragglers.put(offset, attempts);
        }
    }

    private int slot(long offset) {
        return (int) offset & window.length - 1;
    }

    private void makeRoom() {
        if (window.length < WINDOW_MAX) {
            short[] larger = new short[2 * window.length];
            for (long offset = base; offset < next; offset++) {
                larger[(int) offset & larger.length - 1] = window[slot(offset)];
            }
            window = larger;
            return;
        }
        straggle();
        base++;
    }

    /** The oldest of the window goes into the map, unless it is acknowledged. */
    private void straggle() {
        int counter = window[slot(base)] & COUNTER_MASK;
        if (counter != 0) {
            stragglers.put(base, counter);
        }
    }

    // ---- Checkpoints

    /** Gives every message behind {@link #next} that is not acknowledged, in order. */
    public void save(Saved taker) {
        stragglers.forEach(
                (offset, counter) -> taker.entry(offset, counter, deferredUntil(offset)));
        for (long offset = base; offset < next; offset++) {
            int counter = window[slot(offset)] & COUNTER_MASK;
            if (counter != 0) {
                taker.entry(offset, counter, deferredUntil(offset));
            }
        }
    }

    /** Takes one entry of a ledger. */
    @FunctionalInterface
    public interface Saved {
        void entry(long offset, int counter, long deferredUntil);
    }

    /** Takes back what {@link #save} gave of a ledger, which now begins at its {@code next}. */
    public void restore(long offset, int counter, long deferredUntil) {
        stragglers.put(offset, counter);
        unacknowledged++;
        if (deferredUntil != 0) {
            deferred.put(offset, deferredUntil);
        }
    }
}
