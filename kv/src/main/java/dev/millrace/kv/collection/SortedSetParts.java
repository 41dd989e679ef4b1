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
final class SortedSetParts extends MemberParts {
    static final Parts INSTANCE = new SortedSetParts();

    private SortedSetParts() {}

    @Override
    public boolean freeSome(Stripe stripe, long root) {
        return ScoreTree.freeSome(stripe, root) && super.freeSome(stripe, root);
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
    public void write(long part, NativeBuffer out) {
        out.putLong(Double.doubleToRawLongBits(SortedSetValue.scoreOf(part)));
        int length = Member.length(part);
        out.putVarint(length);
        out.put(Member.name(part), length);
    }

    @Override
    public void createEmpty(Place place) {
        SortedSetValue.toTable(place);
    }

    @Override
    void add(Stripe stripe, long root, long hash, StoredPart part) {
        SortedSetValue.addMember(stripe, root, hash, part.score(), part.name(), part.nameLength());
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
