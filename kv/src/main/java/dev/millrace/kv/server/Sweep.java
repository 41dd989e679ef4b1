package dev.millrace.kv.server;

import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.store.Stripe;

import java.util.List;

/**
 * Frees what was deleted and is too large to be freed at once, on one loop and for its stripes: in
 * slices between which the loop serves. A slice is bounded by time, for with many stripes many have
 * something to free when a database was flushed, and by steps, so that the time is looked at often.
 */
final class Sweep {
    /** Of a slice; the last step comes on top. */
    private static final long SLICE_NANOS_MAX = 200_000;

    /** One step, see {@link Stripe#sweep}: some tens of microseconds. */
    private static final int STEPS = 1;

    private final Lane lane;
    private final List<Stripe> stripes;
    private int at;
    private boolean goesOn;

    Sweep(Lane lane, List<Stripe> stripes) {
        this.lane = lane;
        this.stripes = stripes;
    }

    /** Begins unless it is under way; on the loop. */
    void begin() {
        if (!goesOn) {
            slice();
        }
    }

    private void slice() {
        goesOn = false;
        if (lane.isStopped()) {
            return;
        }
        long start = System.nanoTime();
        int finished = 0;
        while (finished < stripes.size()) {
            if (step(stripes.get(at))) {
                finished = 0;
            } else {
                finished++;
                at = (at + 1) % stripes.size();
            }
            if (System.nanoTime() - start > SLICE_NANOS_MAX) {
                goesOn = true;
                lane.loop().nextTurn(this::slice);
                return;
            }
        }
    }

    /** True if there is more to free in this stripe. */
    private static boolean step(Stripe stripe) {
        if (!stripe.tryLock()) {
            return false; // Somebody may have it for long; there is another time.
        }
        try {
            return stripe.sweep(STEPS, Parts::freeSomeOf);
        } finally {
            stripe.unlock();
        }
    }
}
