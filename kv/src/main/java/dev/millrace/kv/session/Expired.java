package dev.millrace.kv.session;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;

/** Whether a key has an expiry in the past. */
final class Expired {
    private Expired() {}

    static boolean isExpired(Database database, long key, int length, long nowMillis) {
        long item = database.items().find(KeyHash.of(key, length), key, length);
        if (item == 0) {
            return false;
        }
        long expiresAt = Item.expiresAt(item);
        return expiresAt != 0 && expiresAt <= nowMillis;
    }
}
