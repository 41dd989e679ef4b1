package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

/** The parts of a large collection whose parts are {@link Members}, found by their names. */
abstract class MemberParts implements Parts {
    @Override
    public boolean freeSome(Stripe stripe, long root) {
        return Members.freeSome(stripe, root);
    }

    @Override
    public final void each(long root, Visitor visitor) {
        Members.each(root, visitor::part);
    }

    @Override
    public final long walk(Stripe stripe, long root, long cursor, Visitor visitor) {
        return Members.walk(stripe, root, cursor, visitor);
    }

    @Override
    public final long size(long root) {
        return Members.size(root);
    }

    @Override
    public final long load(Place place, long at, long end) {
        StoredPart part = new StoredPart();
        long after = read(part, at, end);
        long root = Item.root(place.item());
        long hash = KeyHash.of(part.name(), part.nameLength());
        if (Members.find(root, hash, part.name(), part.nameLength()) != 0) {
            throw PartReader.twice();
        }
        add(place.stripe(), root, hash, part);
        return after;
    }

    /** Adds a member that is not there yet. */
    abstract void add(Stripe stripe, long root, long hash, StoredPart part);
}
