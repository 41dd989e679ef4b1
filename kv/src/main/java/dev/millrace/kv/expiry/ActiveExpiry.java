package dev.millrace.kv.expiry;

import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.LatencySpikes;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Dictionary;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

/**
 * Looks for expired keys that nobody asks for, as Redis does: a handful of the keys with an expiry
 * of each database at a time, and again as long as a good part of them were expired, up to a
 * quarter of a loop's time ({@code activeExpireCycle}, Redis 7.0). It goes through the table in
 * order, so that every key has its turn.
 */
public final class ActiveExpiry {
    private static final int SAMPLE = 20;

    /** Another round follows while more than this part of a sample was expired. */
    private static final int EXPIRED_PERCENT = 10;

    private static final long CYCLE_NANOS_MAX = 25_000_000;

    /** Of a slice; the sample during which it passes comes on top. */
    private static final long SLICE_NANOS_MAX = 250_000;

    private final Lane lane;
    private final Stripes stripes;
    private final int first;
    private final int step;
    private final long[] cursors;
    private final long[] found = new long[SAMPLE * 4];
    private int foundCount;
    private int seen;

    // Where it looks next, and how many databases of stripes are left in this cycle.
    private int atStripe;
    private int atDatabase;
    private int left;
    private boolean goesOn;
    private long cycleStart;

    /** For every {@code step}th stripe from {@code first} on. */
    public ActiveExpiry(Lane lane, int first, int step) {
        this.lane = lane;
        this.stripes = lane.server().stripes();
        this.first = first;
        atStripe = first;
        this.step = step;
        this.cursors = new long[stripes.count() * Stripe.DATABASES];
    }

    /** Ten times a second, on the lane. */
    public void cycle() {
        if (!goesOn) {
            cycleStart = System.nanoTime();
            left = (stripes.count() - first + step - 1) / step * Stripe.DATABASES;
            slice();
        }
    }

    private void slice() {
        goesOn = false;
        if (lane.isStopped() || !lane.server().isActiveExpire()) {
            return;
        }
        long start = System.nanoTime();
        while (left > 0) {
            if (!sample(stripes.stripe(atStripe), atDatabase)) {
                next();
            }
            if (foundCount > 0 && System.nanoTime() - start > SLICE_NANOS_MAX) {
                goesOn = System.nanoTime() - cycleStart < CYCLE_NANOS_MAX;
                if (goesOn) {
                    lane.loop().nextTurn(this::slice);
                }
                lane.server().took(LatencySpikes.EXPIRE_CYCLE, System.nanoTime() - start);
                return;
            }
        }
        lane.server().took(LatencySpikes.EXPIRE_CYCLE, System.nanoTime() - start);
    }

    /**
     * On to the next database, or the first of the next stripe; the last is followed by the first.
     */
    private void next() {
        left--;
        if (++atDatabase == Stripe.DATABASES) {
            atDatabase = 0;
            atStripe += step;
            if (atStripe >= stripes.count()) {
                atStripe = first;
            }
        }
    }

    /** Deletes what is expired in a sample; true if it was much. */
    private boolean sample(Stripe stripe, int index) {
        int cursor = atStripe * Stripe.DATABASES + index;
        if (!stripe.tryLock()) {
            return false; // Somebody may have it for long; there is another time.
        }
        try {
            Database database = stripe.database(index);
            Dictionary expires = database.expires();
            foundCount = 0;
            seen = 0;
            if (expires.size() == 0) {
                return false;
            }
            long now = lane.nowMillis();
            int buckets = 0;
            do {
                cursors[cursor] =
                        expires.scan(
                                cursors[cursor],
                                item -> {
                                    seen++;
                                    if (Item.expiresAt(item) <= now && foundCount < found.length) {
                                        found[foundCount++] = item;
                                    }
                                });
            } while (seen < SAMPLE && cursors[cursor] != 0 && ++buckets < SAMPLE * 20);
            for (int i = 0; i < foundCount; i++) {
                if (!lane.expire(stripe, index, found[i])) {
                    return false;
                }
            }
            return foundCount * 100 > seen * EXPIRED_PERCENT;
        } finally {
            stripe.unlock();
        }
    }
}
