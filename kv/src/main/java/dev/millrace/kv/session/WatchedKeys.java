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
final class WatchedKeys implements Watches.Watcher {
    /** Is told each key: its database, bytes, and whether it was expired at WATCH. */
    interface Each {
        void key(int database, byte[] key, boolean expired);
    }

    private record Watched(Stripe stripe, boolean expired) {}

    private final Lane lane;
    private final Map<DatabaseKey, Watched> keys = new LinkedHashMap<>();

    /** Set by whoever changes one of the keys, on any lane. */
    private volatile boolean touched;

    WatchedKeys(Lane lane) {
        this.lane = lane;
    }

    @Override
    public void touched() {
        touched = true;
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
            keys.put(name, new Watched(stripe, expired));
            stripe.watches().add(database, key, this);
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
                            () -> stripe.watches().remove(name.database(), name.key(), this));
                });
    }
}
