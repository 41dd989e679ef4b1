package dev.millrace.kv.session;

import dev.millrace.kv.store.DatabaseKey;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Watches;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client has named with WATCH since it last watched nothing. The stripes know this, not the
 * client: a stripe that is taken when the client forgets its keys is left later, and what it says
 * until then concerns nobody.
 */
final class WatchedKeys {
    /** Is told each key: its database, bytes, and whether what is known of it has expired. */
    interface Each {
        void key(int database, byte[] key, boolean expired);
    }

    /** A key. */
    private final class Watched implements Watches.Watcher {
        private final Stripe stripe;

        /** It had expired, and was not deleted; under the stripe's lock. */
        private boolean expired;

        Watched(Stripe stripe, boolean expired) {
            this.stripe = stripe;
            this.expired = expired;
        }

        @Override
        public void touched() {
            touched = true;
        }

        /** An expired key is none: nothing has changed for who sees one where there was none. */
        @Override
        public void replaced(Watches.Found before, Watches.Found after) {
            boolean wasNone = expired || before == Watches.Found.NOTHING;
            if (wasNone && after != Watches.Found.ALIVE) {
                expired = after == Watches.Found.EXPIRED;
            } else {
                touched = true;
            }
        }
    }

    private final Lane lane;
    private final Map<DatabaseKey, Watched> keys = new LinkedHashMap<>();

    /** Set by whoever changes one of the keys, on any lane. */
    private volatile boolean touched;

    WatchedKeys(Lane lane) {
        this.lane = lane;
    }

    boolean isTouched() {
        return touched;
    }

    int size() {
        return keys.size();
    }

    /** Adds a key, whose stripe is locked. */
    void add(Stripe stripe, int database, byte[] key, boolean expired) {
        DatabaseKey name = new DatabaseKey(database, key);
        if (!keys.containsKey(name)) {
            lane.server().keptNames().take(key.length + KeptNames.NAME_BYTES); // It may refuse.
            Watched watched = new Watched(stripe, expired);
            keys.put(name, watched);
            stripe.watches().add(database, key, watched);
        }
    }

    void each(Each each) {
        keys.forEach((name, watched) -> each.key(name.database(), name.key(), watched.expired));
    }

    /** Nobody asks any more. */
    void leave() {
        keys.forEach(
                (name, watched) -> {
                    lane.server().keptNames().giveBack(name.key().length + KeptNames.NAME_BYTES);
                    Stripe stripe = watched.stripe;
                    lane.leave(
                            stripe,
                            () -> stripe.watches().remove(name.database(), name.key(), watched));
                });
    }
}
