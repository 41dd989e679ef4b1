package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Ranks;
import dev.millrace.kv.collection.ScoredCombination;
import dev.millrace.kv.collection.ScoredCombination.Aggregate;
import dev.millrace.kv.collection.ScoredCombination.Operation;
import dev.millrace.kv.collection.SortedSetDraft;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/**
 * Changes of sorted sets: as commands make them, and as a replay repeats them. A sorted set without
 * members is no key any more.
 */
public final class SortedSetEffects {
    private final Effects effects;
    private final Run run;
    private boolean created;
    private boolean replacing;

    SortedSetEffects(Effects effects) {
        this.effects = effects;
        this.run = new Run(effects);
    }

    /**
     * Sets a member's score, which is no NaN. The member lies outside the sorted set. {@link
     * #endPut} follows the last of them.
     *
     * @param table the sorted set is no listpack any more, or is never one; the same for all until
     *     the end
     */
    public void put(Key key, boolean table, double score, long member, int length) {
        if (!run.isOpen()) {
            created = !key.exists() && !replacing;
            replacing = false;
            effects.begin(Effect.SORTED_PUT, key).putByte(table ? 1 : 0);
            run.begin();
            form(key, table);
        }
        NativeBuffer out = run.next();
        out.putLong(Double.doubleToRawLongBits(score));
        Effects.putBytes(out, member, length);
        SortedSetValue.put(key, score, member, length);
    }

    /** Ends it; true if any was set. */
    public boolean endPut(Key key) {
        return run.endIfOpen(key, created);
    }

    private static void form(Place place, boolean table) {
        if (table && !SortedSetValue.isTable(place)) {
            SortedSetValue.toTable(place);
        }
    }

    static void replayPut(EffectReader in) {
        Place key = in.keyOf(Item.TYPE_SORTED_SET);
        boolean table = in.u8() != 0;
        int count = in.someCount();
        form(key, table);
        for (int left = count; left > 0; left--) {
            double score = in.f64();
            int length = in.length();
            long member = in.skip(length);
            if (Double.isNaN(score)) {
                throw new CorruptJournalException("kv effect: a score that is no number");
            }
            SortedSetValue.put(key, score, member, length);
        }
    }

    /**
     * Takes a member out, and the key with the last one; false if it is not there. It lies outside
     * the sorted set. {@link #endRemove} follows the last of them.
     */
    public boolean remove(Key key, long member, int length) {
        if (Double.isNaN(SortedSetValue.score(key, member, length))) {
            return false;
        }
        if (!run.isOpen()) {
            effects.begin(Effect.SORTED_REMOVE, key);
            run.begin();
        }
        Effects.putBytes(run.next(), member, length);
        SortedSetValue.remove(key, member, length);
        return true;
    }

    /** Ends it; true if any was removed. */
    public boolean endRemove(Key key) {
        return run.endIfOpen(key, false);
    }

    static void replayRemove(EffectReader in) {
        Place key = in.existing(Item.TYPE_SORTED_SET);
        for (int left = in.count(); left > 0; left--) {
            int length = in.length();
            SortedSetValue.remove(key, in.skip(length), length);
        }
    }

    /** Takes so many members out, from a rank on; there are as many. */
    public void removeRanks(Key key, long rank, long count) {
        NativeBuffer out = effects.begin(Effect.SORTED_REMOVE_RANKS, key);
        out.putVarint(rank);
        out.putVarint(count);
        SortedSetValue.removeRanks(key, rank, count);
        effects.touched(key, false);
    }

    static void replayRemoveRanks(EffectReader in) {
        Place key = in.existing(Item.TYPE_SORTED_SET);
        long rank = in.varint();
        long count = in.varint();
        requireRanks(key, rank, count);
        SortedSetValue.removeRanks(key, rank, count);
    }

    // ---- Results

    /**
     * Makes the key a combination of others, whatever it was. What is logged is of what and how,
     * not the result.
     *
     * @param result what it comes to in the key's stripe; not empty
     */
    public void combine(
            Key key, ScoredCombination combination, SortedSetDraft result, boolean table) {
        NativeBuffer out = effects.begin(Effect.SORTED_COMBINE, key);
        out.putByte(combination.operation().code());
        out.putByte(combination.aggregate().code());
        out.putByte(table ? 1 : 0);
        out.putVarint(combination.sources());
        for (int i = 0; i < combination.sources(); i++) {
            Place source = combination.source(i);
            Effects.putBytes(out, source.address(), source.length());
            out.putLong(Double.doubleToRawLongBits(combination.weight(i)));
        }
        store(key, result, table);
    }

    private void store(Key key, SortedSetDraft result, boolean table) {
        boolean created = !key.exists();
        replace(key, result, table);
        effects.touched(key, created);
    }

    private static void replace(Place place, SortedSetDraft result, boolean table) {
        if (place.exists()) {
            Apply.delete(place.stripe(), place.database(), place.hash(), place.item());
            place.item(0);
        }
        result.place(place, table);
    }

    static void replayCombine(EffectReader in) {
        Place key = in.key();
        Operation operation = Operation.of(in.u8());
        Aggregate aggregate = Aggregate.of(in.u8());
        boolean table = in.u8() != 0;
        int count = in.length(); // each key takes at least nine bytes
        Place[] sources = new Place[count];
        double[] weights = new double[count];
        for (int i = 0; i < count; i++) {
            sources[i] = in.oneMore(key.database().index());
            weights[i] = in.f64();
            if (sources[i].exists() && !isSource(Item.type(sources[i].item()))) {
                throw new CorruptJournalException("kv effect: a source that is no set");
            }
        }
        if (count == 0) {
            throw new CorruptJournalException("kv effect: a combination of nothing");
        }
        ScoredCombination combination =
                new ScoredCombination(operation, aggregate, sources, weights);
        try (SortedSetDraft result = combination.in(key.stripe())) {
            replayStore(key, result, table);
        }
    }

    private static boolean isSource(int type) {
        return type == Item.TYPE_SORTED_SET || type == Item.TYPE_SET;
    }

    private static void replayStore(Place key, SortedSetDraft result, boolean table) {
        if (result.size() == 0) {
            throw new CorruptJournalException("kv effect: a sorted set without members");
        }
        replace(key, result, table);
    }

    /** Makes {@code to} so many members of {@code from}, from a rank on; there are as many. */
    public void copyRanks(Key from, long rank, long count, Key to, boolean table) {
        NativeBuffer out = effects.begin(Effect.SORTED_COPY_RANKS, from);
        out.putVarint(rank);
        out.putVarint(count);
        out.putByte(table ? 1 : 0);
        out.putByte(to.database().index());
        Effects.putBytes(out, to.address(), to.length());
        try (SortedSetDraft result = SortedSetDraft.of(from, rank, count, to.stripe())) {
            store(to, result, table);
        }
    }

    static void replayCopyRanks(EffectReader in) {
        Place from = in.existing(Item.TYPE_SORTED_SET);
        long rank = in.varint();
        long count = in.varint();
        requireRanks(from, rank, count);
        boolean table = in.u8() != 0;
        Place to = in.otherKey();
        try (SortedSetDraft result = SortedSetDraft.of(from, rank, count, to.stripe())) {
            replayStore(to, result, table);
        }
    }

    /**
     * As {@link #copyRanks} to a table, which some of the members reached by way of a listpack:
     * that knows no -0.
     *
     * @param packed those members, as ranks of the result; at least one
     */
    public void copyGrown(Key from, long rank, long count, Key to, Ranks packed) {
        NativeBuffer out = effects.begin(Effect.SORTED_COPY_GROWN, from);
        out.putVarint(rank);
        out.putVarint(count);
        out.putByte(to.database().index());
        Effects.putBytes(out, to.address(), to.length());
        out.putVarint(packed.first());
        out.putVarint(packed.count());
        try (SortedSetDraft result =
                SortedSetDraft.grown(from, new Ranks(rank, count), packed, to.stripe())) {
            store(to, result, true);
        }
    }

    static void replayCopyGrown(EffectReader in) {
        Place from = in.existing(Item.TYPE_SORTED_SET);
        Ranks ranks = new Ranks(in.varint(), in.varint());
        requireRanks(from, ranks.first(), ranks.count());
        Place to = in.otherKey();
        Ranks packed = new Ranks(in.varint(), in.varint());
        try (SortedSetDraft result = SortedSetDraft.grown(from, ranks, packed, to.stripe())) {
            replayStore(to, result, true);
        }
    }

    private static void requireRanks(Place key, long rank, long count) {
        long size = SortedSetValue.size(key);
        if (count < 1 || count > size || rank > size - count) {
            throw new CorruptJournalException(
                    "kv effect: ranks " + rank + " + " + count + " (expected: <= " + size + ")");
        }
    }

    /**
     * Makes way for a sorted set that is put under a key, whatever that was: it counts as one
     * change with {@link #endPut}, and the key as new only if there was none.
     */
    public void makeWay(Key key) {
        if (key.exists()) {
            effects.delete(key);
            effects.count(-1);
            replacing = true;
        }
    }
}
