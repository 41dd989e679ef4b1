package dev.millrace.kv.command;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

/**
 * A key of the running command and what was found under it. The call lends it; it is good until the
 * call looks up the next key in the same place.
 */
public final class Key extends Place {
    /** A key that is to be filled; {@code any} stripe will do. */
    public Key(Stripe any) {
        super(any);
    }

    /** Makes it the key of an item, whose bytes are copied into {@code copy} first. */
    public void of(Stripe stripe, Database database, long item, NativeBuffer copy) {
        int length = Item.keyLength(item);
        copy.shrink();
        copy.put(Item.key(item), length);
        long hash = KeyHash.of(copy.address(), length);
        set(stripe, database, hash, copy.address(), length, item);
    }

    /** Refuses if there is something else than a string. */
    public Key requireString() {
        return require(Item.TYPE_STRING);
    }

    /** Refuses if there is something else than this type of {@link Item}. */
    public Key require(int type) {
        if (item() != 0 && Item.type(item()) != type) {
            throw Refusal.WRONG_TYPE;
        }
        return this;
    }

    public boolean isString() {
        return Item.type(item()) == Item.TYPE_STRING;
    }

    public boolean isSortedSet() {
        return Item.type(item()) == Item.TYPE_SORTED_SET;
    }

    public long value() {
        return Item.value(item());
    }

    /** 0 if the key does not exist. */
    public int valueLength() {
        return item() == 0 ? 0 : Item.valueLength(item());
    }

    /** Ms since 1970, 0 if it never expires or does not exist. */
    public long expiresAt() {
        return item() == 0 ? 0 : Item.expiresAt(item());
    }
}
