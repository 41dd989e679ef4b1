package dev.millrace.kv.rdb;

import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

/**
 * A store apart, where a dumped value is read once before it is read where it belongs: what is bad
 * must leave no part of it behind, and be in no record.
 */
final class Rehearsal {
    private final Stripe apart = new Stripe();
    private final Place place = new Place(apart);
    private final DumpedValue value = new DumpedValue();

    Rehearsal(KvServer server) {
        assert server != null;
    }

    /** Any loop may call it; its lock is taken last and held for no longer than the value needs. */
    void read(Place key, Limits limits, int type, long dump, int length) {
        apart.lock();
        try {
            place.set(apart, apart.database(0), key.hash(), key.address(), key.length(), 0);
            value.read(place, limits, type, dump, length);
        } finally {
            if (place.exists()) {
                Collections.delete(place);
            }
            while (apart.sweep(Integer.MAX_VALUE, Parts::freeSomeOf)) {
                // All of it.
            }
            apart.unlock();
        }
    }
}
