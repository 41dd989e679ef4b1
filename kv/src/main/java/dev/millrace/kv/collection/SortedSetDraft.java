package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

/**
 * A sorted set that is being made and has no key yet: the members of a result, in a stripe's memory
 * and so outside the heap. First members are added, in any order; then they are {@link #sort}ed;
 * then it is read, or {@link #place}d under a key. Whoever makes one closes it, and holds the
 * stripe's lock all the while.
 */
public final class SortedSetDraft implements AutoCloseable {
    private final Stripe stripe;

    /** 0 once it belongs to a key. */
    private long root;

    public SortedSetDraft(Stripe stripe) {
        this.stripe = stripe;
        this.root = SortedSetValue.makeRoot(stripe);
    }

    /** So many members of a sorted set, from a rank on; there are as many. */
    public static SortedSetDraft of(Place from, long rank, long count, Stripe stripe) {
        SortedSetDraft draft = new SortedSetDraft(stripe);
        SortedSetValue.each(
                from,
                rank,
                count,
                false,
                new Element(stripe.lent(0)),
                (member, score) -> {
                    draft.addLast(score, member.address(), member.length());
                    return true;
                });
        return draft;
    }

    /**
     * The same, of which some were in a listpack for a while: those have 0 for -0.
     *
     * @param packed their ranks in the result
     */
    public static SortedSetDraft grown(Place from, Ranks ranks, Ranks packed, Stripe stripe) {
        SortedSetDraft draft = new SortedSetDraft(stripe);
        SortedSetValue.each(
                from,
                ranks.first(),
                ranks.count(),
                false,
                new Element(stripe.lent(0)),
                (member, score) -> {
                    boolean wasPacked = packed.has(draft.size());
                    double kept = wasPacked ? SortedSetValue.packedAs(score) : score;
                    draft.addLast(kept, member.address(), member.length());
                    return true;
                });
        return draft;
    }

    private void addLast(double score, long name, int length) {
        SortedSetValue.addMember(stripe, root, KeyHash.of(name, length), score, name, length);
    }

    /** How two scores of a member become one. */
    @FunctionalInterface
    interface Merge {
        double of(double score, double other);
    }

    /** Adds a member that it does not have. */
    void add(double score, long name, int length) {
        SortedSetValue.makeMember(stripe, root, KeyHash.of(name, length), score, name, length);
    }

    /** Adds a member, or merges its score with the one that it has. */
    void merge(double score, long name, int length, Merge merge) {
        long hash = KeyHash.of(name, length);
        long member = Members.find(root, hash, name, length);
        if (member == 0) {
            SortedSetValue.makeMember(stripe, root, hash, score, name, length);
        } else {
            SortedSetValue.scoreOf(member, merge.of(SortedSetValue.scoreOf(member), score));
        }
    }

    /** Puts the members in order; none is added afterwards. */
    void sort() {
        Members.each(
                root,
                member -> ScoreTree.insert(stripe, root, SortedSetValue.scoreOf(member), member));
    }

    public long size() {
        return Members.size(root);
    }

    /** Bytes of the longest member. */
    public int longest() {
        return Root.longest(root);
    }

    /** Tells of all members in order. */
    public void each(Element element, SortedSetValue.Visitor visitor) {
        ScoreTree.each(
                root,
                0,
                Long.MAX_VALUE,
                false,
                (score, member) -> {
                    element.set(Member.name(member), Member.length(member));
                    return visitor.member(element, score);
                });
    }

    /**
     * Makes it the sorted set of a key in the same stripe, where nothing is. It has a member.
     *
     * @param table it is no listpack
     */
    public void place(Place place, boolean table) {
        assert place.stripe() == stripe && size() > 0;
        if (table) {
            Apply.createLarge(place, Item.TYPE_SORTED_SET, root);
            root = 0;
            return;
        }
        Packed.create(place, Item.TYPE_SORTED_SET, SortedSetValue.PACKED);
        ScoreTree.each(
                root,
                0,
                Long.MAX_VALUE,
                false,
                (score, member) -> {
                    long name = Member.name(member);
                    SortedSetValue.appendPacked(place, score, name, Member.length(member));
                    return true;
                });
    }

    /** Gives its memory back, unless it was placed. */
    @Override
    public void close() {
        if (root == 0) {
            return;
        }
        while (!SortedSetParts.INSTANCE.freeSome(stripe, root)) {
            // Some at a time.
        }
        stripe.slabs().free(root);
        root = 0;
    }
}
