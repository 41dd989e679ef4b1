package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Slabs;

/** One numbered database of one stripe: all its items, and once more those that expire. */
public final class Database {
    private int index;
    private int cutIndex;
    private boolean expiresFreed;
    private final Dictionary items;
    private final Dictionary expires;

    Database(int index, Slabs slabs) {
        this.index = index;
        this.items = new Dictionary(slabs);
        this.expires = new Dictionary(slabs);
    }

    /** Its number now; SWAPDB changes it. */
    public int index() {
        return index;
    }

    void index(int index) {
        this.index = index;
    }

    /** Its number at the cut of the running checkpoint. */
    public int cutIndex() {
        return cutIndex;
    }

    void cut() {
        cutIndex = index;
    }

    public Dictionary items() {
        return items;
    }

    /** The items with an expiry, for active expiry and for INFO. */
    public Dictionary expires() {
        return expires;
    }

    /** Frees some of a flushed database, telling of each item; true when nothing is left. */
    boolean freeSome(Dictionary.Visitor visitor) {
        if (!expiresFreed) {
            expiresFreed = expires.freeSome(item -> {});
            return false;
        }
        return items.freeSome(visitor);
    }
}
