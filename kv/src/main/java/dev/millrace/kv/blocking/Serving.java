package dev.millrace.kv.blocking;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.effect.Effects;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.DatabaseKey;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Waits;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Serves those who wait for the keys that a lane's commands make ready, as Redis's {@code
 * handleClientsBlockedOnKeys} does: key by key in the order in which they became ready, at each key
 * in the order in which clients came, as long as there is something; and then the keys that this
 * has made ready (BLMOVE). A key that is gone is ready, too: who reads a stream with a group is
 * told.
 *
 * <p><b>When.</b> After the record of a command, or of a whole transaction, is appended, and before
 * its stripes are unlocked. So nobody else can come in between and take what was pushed for those
 * who wait, whatever lane they are on. Each client that is served is a record of its own.
 *
 * <p><b>Locks.</b> Serving a BLMOVE changes a key that the push does not name. Stripes are locked
 * in ascending order, so it cannot be locked now; instead each stripe knows what those who wait in
 * it reach ({@link Waits#reach}), and a command that writes locks all that, too, before it runs:
 * what those reach who wait there, and so on, until there is no more. It is nearly always nothing.
 * A lock that is taken afterwards, when the push is done, would let others in between.
 *
 * <p><b>Space.</b> If the journal has no space for the record, the client waits on, and so do those
 * after it at that key. When there is space again the lane tries again, before the commands that
 * waited for it.
 */
public final class Serving {
    /** When a script has the store it is tried again after so long. */
    private static final long AGAIN_MILLIS = 10;

    private final Lane lane;
    private final Effects effects;
    private final NativeBuffer key = new NativeBuffer(64);
    private final Place place;

    /** Keys that had something for somebody when there was no space. */
    private final Set<DatabaseKey> starved = new LinkedHashSet<>();

    public Serving(Lane lane, Effects effects) {
        this.lane = lane;
        this.effects = effects;
        this.place = new Place(lane.server().stripes().stripe(0));
    }

    /** The stripes are locked, with all they reach. */
    public void serve() {
        for (DatabaseKey ready = effects.nextReady(); ready != null; ready = effects.nextReady()) {
            serve(ready);
        }
    }

    private void serve(DatabaseKey ready) {
        key.shrink();
        key.put(ready.key());
        Stripe stripe = lane.server().stripes().of(key.address(), ready.key().length);
        assert stripe.isLocked();
        while (serveFirst(stripe, ready)) {
            // As long as there is somebody and something.
        }
    }

    private boolean serveFirst(Stripe stripe, DatabaseKey ready) {
        int length = ready.key().length;
        long hash = KeyHash.of(key.address(), length);
        Database database = stripe.database(ready.database());
        long item = database.items().find(hash, key.address(), length);
        boolean there = item != 0 && !isExpired(item);
        place.set(stripe, database, hash, key.address(), length, there ? item : 0);
        if (!(stripe.waits().first(ready, place) instanceof Wait first)) {
            return false;
        }
        if (!lane.admitServing(first.cost())) {
            starved.add(ready);
            return false;
        }
        if (first.claim()) {
            stripe.waits().remove(ready, first);
            first.serve(lane, ready.database(), key.address(), length);
        }
        return true;
    }

    private boolean isExpired(long item) {
        long expiresAt = Item.expiresAt(item);
        return expiresAt != 0 && expiresAt <= lane.nowMillis();
    }

    /** Tries again what there was no space for. No stripe is locked. */
    public void retry() {
        List<DatabaseKey> again = new ArrayList<>(starved);
        starved.clear();
        for (DatabaseKey name : again) {
            key.shrink();
            key.put(name.key());
            int stripe = lane.server().stripes().indexOf(key.address(), name.key().length);
            boolean tried =
                    lane.withStripes(
                            1L << stripe,
                            () -> {
                                effects.ready(name);
                                serve();
                            });
            if (!tried) {
                starved.add(name);
                lane.later(AGAIN_MILLIS, lane::unpark);
            }
        }
    }
}
