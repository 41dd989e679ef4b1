package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;

/**
 * Where a key belongs, and what stands there: what is needed to look at the item or to change it.
 * It is lent and filled anew; its stripe is locked as long as it is used.
 */
public class Place {
    private long address;
    private int length;
    private long hash;
    private Stripe stripe;
    private Database database;
    private long item;

    /** One that is to be filled; {@code any} stripe will do. */
    public Place(Stripe any) {
        this.stripe = any;
        this.database = any.database(0);
    }

    /** The place of a key, whose bytes stay where they are while this is used. */
    public final void set(
            Stripe stripe, Database database, long hash, long address, int length, long item) {
        this.stripe = stripe;
        this.database = database;
        this.hash = hash;
        this.address = address;
        this.length = length;
        this.item = item;
    }

    /** The key's bytes. */
    public final long address() {
        return address;
    }

    /** The key's length. */
    public final int length() {
        return length;
    }

    /** The key's bytes, copied. */
    public final byte[] copy() {
        return Memory.bytes(address, length);
    }

    public final long hash() {
        return hash;
    }

    public final Stripe stripe() {
        return stripe;
    }

    public final Database database() {
        return database;
    }

    /** The item's address, or 0. */
    public final long item() {
        return item;
    }

    /** Is told where the item is now. */
    public final void item(long item) {
        this.item = item;
    }

    public final boolean exists() {
        return item != 0;
    }
}
