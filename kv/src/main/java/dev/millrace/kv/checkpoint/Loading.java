package dev.millrace.kv.checkpoint;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.ItemForm;
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
    private final PieceReader piece = new PieceReader();

    // Large collections whose root has come, and how large they must be.
    private long[] roots = new long[16];
    private long[] sizes = new long[16];
    private Stripe[] owners = new Stripe[16];
    private int count;

    /** Large collections that were made, by whichever piece came first. */
    private int made;

    Loading(Stripes stripes) {
        this.stripes = stripes;
        this.place = new Place(stripes.stripe(0));
    }

    /** Loads a block. */
    void load(long address, int bytes) {
        boolean whole = false;
        try {
            piece.reset(address, bytes);
            while (piece.next()) {
                switch (piece.kind()) {
                    case ITEM -> ItemForm.load(stripes, piece.at());
                    case ROOT -> root();
                    case PARTS -> parts();
                }
            }
            whole = true;
        } finally {
            if (!whole) {
                forget();
            }
        }
    }

    /** All blocks are loaded. */
    void end() {
        try {
            checkWhole();
        } finally {
            forget();
        }
    }

    private void checkWhole() {
        if (made != count) {
            throw new CorruptJournalException(
                    "kv collections: " + count + " roots (expected: " + made + ")");
        }
        for (int i = 0; i < count; i++) {
            Parts parts = Parts.of(Root.type(roots[i]));
            Root.queued(roots[i], false);
            parts.loaded(owners[i], roots[i]);
            if (parts.size(roots[i]) != sizes[i]) {
                throw new CorruptJournalException(
                        "kv collection: "
                                + parts.size(roots[i])
                                + " parts (expected: "
                                + sizes[i]
                                + ")");
            }
        }
    }

    /** Another checkpoint may be loaded then, into an empty store. */
    private void forget() {
        roots = new long[16];
        sizes = new long[16];
        owners = new Stripe[16];
        count = 0;
        made = 0;
    }

    private void root() {
        collection();
        if (piece.expiresAt() != 0) {
            place.item(
                    Apply.expire(
                            place.stripe(),
                            place.database(),
                            place.hash(),
                            place.item(),
                            piece.expiresAt()));
        }
        if (count == roots.length) {
            roots = Arrays.copyOf(roots, count * 2);
            sizes = Arrays.copyOf(sizes, count * 2);
            owners = Arrays.copyOf(owners, count * 2);
        }
        long root = Item.root(place.item());
        if (Root.isQueued(root)) {
            throw new CorruptJournalException("kv collection: a second root");
        }
        Root.queued(root, true);
        roots[count] = root;
        owners[count] = place.stripe();
        sizes[count++] = piece.size();
    }

    private void parts() {
        Parts parts = collection();
        long at = piece.partsBegin();
        while (at < piece.partsEnd()) {
            at = parts.load(place, at, piece.partsEnd());
        }
    }

    /** Finds whose piece it is, and makes the collection if it is not there. */
    private Parts collection() {
        long key = piece.key();
        int length = piece.keyLength();
        Stripe stripe = stripes.of(key, length);
        Database database = stripe.database(piece.database());
        long hash = KeyHash.of(key, length);
        long item = database.items().find(hash, key, length);
        place.set(stripe, database, hash, key, length, item);
        Parts parts = Parts.of(piece.type());
        if (item == 0) {
            parts.createEmpty(place);
            made++;
        } else if (!Item.isLarge(item) || Item.type(item) != piece.type()) {
            throw new CorruptJournalException("kv piece: its key is something else already");
        }
        return parts;
    }
}
