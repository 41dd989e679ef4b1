package dev.millrace.kv.collection;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

/**
 * The members of a large sorted set.
 *
 * <pre>
 * f64 score | varint length | member
 * </pre>
 */
final class SortedSetParts implements Parts {
    static final Parts INSTANCE = new SortedSetParts();

    private SortedSetParts() {}

    @Override
    public boolean freeSome(Stripe stripe, long root) {
        return ScoreTree.freeSome(stripe, root) && Members.freeSome(stripe, root);
    }

    @Override
    public void copy(long root, Place to) {
        createEmpty(to);
        long copy = Item.root(to.item());
        // In its order: so the copy's tree has full nodes.
        ScoreTree.each(
                root,
                0,
                Long.MAX_VALUE,
                false,
                (score, member) -> {
                    long name = Member.name(member);
                    int length = Member.length(member);
                    long hash = KeyHash.of(name, length);
                    SortedSetValue.addMember(to.stripe(), copy, hash, score, name, length);
                    return true;
                });
    }

    @Override
    public void each(long root, Visitor visitor) {
        Members.each(root, visitor::part);
    }

    @Override
    public long walk(Stripe stripe, long root, long cursor, Visitor visitor) {
        return Members.walk(stripe, root, cursor, visitor);
    }

    @Override
    public void write(long part, NativeBuffer out) {
        out.putLong(Double.doubleToRawLongBits(SortedSetValue.scoreOf(part)));
        int length = Member.length(part);
        out.putVarint(length);
        out.put(Member.name(part), length);
    }

    @Override
    public long size(long root) {
        return Members.size(root);
    }

    @Override
    public void createEmpty(Place place) {
        SortedSetValue.toTable(place);
    }

    @Override
    public long load(Place place, long at, long end) {
        StoredPart part = new StoredPart();
        long after = read(part, at, end);
        long name = part.name();
        int length = part.nameLength();
        long root = Item.root(place.item());
        long hash = KeyHash.of(name, length);
        if (Members.find(root, hash, name, length) != 0) {
            throw PartReader.twice();
        }
        SortedSetValue.addMember(place.stripe(), root, hash, part.score(), name, length);
        return after;
    }

    @Override
    public long read(StoredPart into, long at, long end) {
        PartReader in = new PartReader(at, end);
        double score = Double.longBitsToDouble(in.i64());
        if (Double.isNaN(score)) {
            throw new CorruptJournalException("kv part: a score that is no number");
        }
        into.score(score);
        int length = in.length();
        into.name(in.skip(length), length);
        return in.at();
    }
}
