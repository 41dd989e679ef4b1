package dev.millrace.kv.checkpoint;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.ItemForm;
import dev.millrace.kv.store.KeyHash;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

import java.util.Arrays;

/**
 * Puts what a checkpoint holds into the store. A large collection comes in pieces: whichever comes
 * first makes it, and at the end each must be whole.
 */
final class Loading {
    private final Stripes stripes;
    private final Place place;
    private long at;
    private long end;

    // Large collections whose root has come, and how large they must be.
    private long[] roots = new long[16];
    private long[] sizes = new long[16];
    private int count;

    /** Large collections that were made, by whichever piece came first. */
    private int made;

    Loading(Stripes stripes) {
        this.stripes = stripes;
        this.place = new Place(stripes.stripe(0));
    }

    /** Loads a block. */
    void load(long address, int bytes) {
        at = address;
        end = address + bytes;
        while (at < end) {
            switch (Memory.getUnsignedByte(at) & LargeForm.MARKS) {
                case 0 -> at = ItemForm.load(stripes, at, end, Collections::wrong);
                case LargeForm.ROOT -> root();
                case LargeForm.PARTS -> parts();
                default ->
                        throw new CorruptJournalException(
                                "kv piece: mark " + Memory.getUnsignedByte(at));
            }
        }
    }

    /** All blocks are loaded. */
    void end() {
        if (made != count) {
            throw new CorruptJournalException(
                    "kv collections: " + count + " roots (expected: " + made + ")");
        }
        for (int i = 0; i < count; i++) {
            Parts parts = Parts.of(Root.type(roots[i]));
            Root.queued(roots[i], false);
            parts.loaded(roots[i]);
            if (parts.size(roots[i]) != sizes[i]) {
                throw new CorruptJournalException(
                        "kv collection: "
                                + parts.size(roots[i])
                                + " parts (expected: "
                                + sizes[i]
                                + ")");
            }
        }
        roots = new long[16];
        sizes = new long[16];
        count = 0;
        made = 0;
    }

    private void root() {
        name();
        long expiresAt = i64();
        long size = i64();
        if (expiresAt != 0) {
            Stripe stripe = place.stripe();
            place.item(
                    Apply.expire(stripe, place.database(), place.hash(), place.item(), expiresAt));
        }
        if (count == roots.length) {
            roots = Arrays.copyOf(roots, count * 2);
            sizes = Arrays.copyOf(sizes, count * 2);
        }
        long root = Item.root(place.item());
        if (Root.isQueued(root)) {
            throw new CorruptJournalException("kv collection: a second root");
        }
        Root.queued(root, true);
        roots[count] = root;
        sizes[count++] = size;
    }

    private void parts() {
        Parts parts = name();
        int bytes = u32();
        need(bytes);
        long last = at + bytes;
        while (at < last) {
            at = parts.load(place, at, last);
        }
    }

    /** Reads whose piece it is, and makes the collection if it is not there. */
    private Parts name() {
        int index = u8() & ~LargeForm.MARKS;
        int type = u8();
        int length = u32();
        need(length);
        if (index >= Stripe.DATABASES || !Parts.isKnown(type)) {
            throw new CorruptJournalException("kv piece: database " + index + ", type " + type);
        }
        long key = at;
        at += length;
        Stripe stripe = stripes.of(key, length);
        Database database = stripe.database(index);
        long hash = KeyHash.of(key, length);
        long item = database.items().find(hash, key, length);
        place.set(stripe, database, hash, key, length, item);
        Parts parts = Parts.of(type);
        if (item == 0) {
            parts.createEmpty(place);
            made++;
        } else if (!Item.isLarge(item) || Item.type(item) != type) {
            throw new CorruptJournalException("kv piece: its key is something else already");
        }
        return parts;
    }

    private void need(long bytes) {
        if (bytes < 0 || bytes > end - at) {
            throw new CorruptJournalException(
                    "kv piece: " + bytes + " bytes wanted (expected: <= " + (end - at) + ")");
        }
    }

    private int u8() {
        need(1);
        return Memory.getUnsignedByte(at++);
    }

    private int u32() {
        need(4);
        at += 4;
        return Memory.getInt(at - 4);
    }

    private long i64() {
        need(8);
        at += 8;
        return Memory.getLong(at - 8);
    }
}
