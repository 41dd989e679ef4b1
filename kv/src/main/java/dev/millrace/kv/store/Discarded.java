package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Slabs;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * What no key of a stripe leads to any more and is yet to be freed, because it is too large to be
 * freed at once: databases that were flushed, and large collections. Under the stripe's lock; its
 * counts others may read, a little stale.
 *
 * <p><b>It does not count as used.</b> Who has deleted all there was may write as much again at
 * once, though not a byte of it is freed yet. Of a collection it is known what it takes; of a
 * database it is taken for its part of all keys, since nobody counts bytes for each database. Both
 * are put right as it is freed.
 */
final class Discarded {
    /** What is freed in one step is about so much: some buckets of a table, nodes of a list. */
    private static final int FREED_AT_ONCE = 100;

    /** A collection up to this is no work; Redis frees it on the spot (LAZYFREE_THRESHOLD). */
    private static final int SMALL_BYTES_MAX = 8 << 10;

    /** So many pages given back to the system take as long. */
    private static final int PAGES_GIVEN_AT_ONCE = 1;

    /**
     * @param objects 0 for one that counts with its database, or that is but the rest of one
     */
    private record Collection(long root, long bytes, int objects) {}

    private record Flushed(Database database, long keys) {}

    private final Stripe stripe;
    private final Slabs slabs;
    private final ArrayDeque<Flushed> databases = new ArrayDeque<>();
    private final ArrayDeque<Collection> collections = new ArrayDeque<>();
    private long databaseBytes;
    private long collectionBytes;

    private long objects;
    private long freed;

    Discarded(Stripe stripe) {
        this.stripe = stripe;
        this.slabs = stripe.slabs();
    }

    /** Bytes that are yet to be freed, about. */
    long bytes() {
        return databaseBytes + collectionBytes;
    }

    /** Keys that are yet to be freed. */
    long objects() {
        return objects;
    }

    /** Keys that were freed since the start, each of some size or with its database. */
    long freed() {
        return freed;
    }

    /** A large collection that is no longer under its key. */
    void add(long root) {
        add(new Collection(root, Root.bytes(root), 1));
    }

    /** What a large collection has had that is still under its key. */
    void addRest(long root) {
        add(new Collection(root, Root.bytes(root), 0));
    }

    private void add(Collection gone) {
        collections.add(gone);
        collectionBytes += gone.bytes;
        objects += gone.objects;
    }

    /**
     * A database that was flushed.
     *
     * @param keysLeft those of the stripe's other databases
     * @param used what they and the database's own take together, bytes
     */
    void add(Database database, long keysLeft, long used) {
        long keys = database.items().size();
        databaseBytes += (long) ((double) used * keys / (keys + keysLeft));
        databases.add(new Flushed(database, keys));
        objects += keys;
    }

    /** See {@link Stripe#sweep}. */
    boolean sweep(int steps, Stripe.Freeing freeing) {
        int left = steps;
        while (left > 0 && (freeCollection(freeing) || freeDatabase() || giveEmptyPages())) {
            left -= FREED_AT_ONCE;
        }
        return left <= 0;
    }

    private boolean giveEmptyPages() {
        return slabs.giveEmpty(PAGES_GIVEN_AT_ONCE) > 0;
    }

    private boolean freeCollection(Stripe.Freeing freeing) {
        @Nullable Collection first = collections.peek();
        if (first == null || stripe.isToBeWritten(first.root)) {
            return false;
        }
        if (freeing.freeSome(stripe, first.root)) {
            collections.remove();
            collectionBytes -= first.bytes;
            objects -= first.objects;
            freed += first.bytes > SMALL_BYTES_MAX ? first.objects : 0;
            Root.dropName(stripe, first.root);
            slabs.free(first.root);
        }
        return true;
    }

    private boolean freeDatabase() {
        Flushed first = databases.peek();
        if (first == null || stripe.isBeingWritten()) {
            return false;
        }
        long before = slabs.usedBytes();
        if (first.database.freeSome(this::freeItem)) {
            databases.remove();
            objects -= first.keys;
            freed += first.keys;
        }
        databaseBytes = Math.max(databaseBytes - (before - slabs.usedBytes()), 0);
        if (databases.isEmpty()) {
            databaseBytes = 0;
        }
        return true;
    }

    private void freeItem(long item) {
        if (Item.isLarge(item)) {
            long root = Item.root(item);
            add(new Collection(root, Root.bytes(root), 0));
            databaseBytes = Math.max(databaseBytes - Root.bytes(root), 0);
        }
        slabs.free(item);
    }
}
