package dev.millrace.kv.command;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.KeyHash;
import dev.millrace.kv.store.Stripe;

/**
 * A key of the running command and what was found under it. The call lends it; it is good until the
 * call looks up the next key in the same place.
 */
public final class Key {
    long address;
    int length;
    long hash;
    Stripe stripe;
    Database database;
    long item;

    /** A key that is to be filled; {@code any} stripe will do. */
    public Key(Stripe any) {
        this.stripe = any;
        this.database = any.database(0);
    }

    /** Makes it the key of an item, whose bytes are copied into {@code copy} first. */
    public void of(Stripe stripe, Database database, long item, NativeBuffer copy) {
        this.length = Item.keyLength(item);
        copy.shrink();
        copy.put(Item.key(item), length);
        this.address = copy.address();
        this.stripe = stripe;
        this.database = database;
        this.hash = KeyHash.of(address, length);
        this.item = item;
    }

    public long address() {
        return address;
    }

    public int length() {
        return length;
    }

    public long hash() {
        return hash;
    }

    public Stripe stripe() {
        return stripe;
    }

    public Database database() {
        return database;
    }

    /** The item's address, or 0. */
    public long item() {
        return item;
    }

    /** Is told by effects where the item is after them. */
    public void item(long item) {
        this.item = item;
    }

    public boolean exists() {
        return item != 0;
    }

    /** Refuses if there is something else than a string. */
    public Key requireString() {
        if (item != 0 && Item.type(item) != Item.TYPE_STRING) {
            throw Refusal.WRONG_TYPE;
        }
        return this;
    }

    public boolean isString() {
        return Item.type(item) == Item.TYPE_STRING;
    }

    public long value() {
        return Item.value(item);
    }

    /** 0 if the key does not exist. */
    public int valueLength() {
        return item == 0 ? 0 : Item.valueLength(item);
    }

    /** Ms since 1970, 0 if it never expires or does not exist. */
    public long expiresAt() {
        return item == 0 ? 0 : Item.expiresAt(item);
    }
}
