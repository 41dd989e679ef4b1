package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.SortedSetValue;
import dev.millrace.kv.command.Key;
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
            created = !key.exists();
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
        boolean any = run.isOpen();
        if (any) {
            run.end();
            effects.touched(key, created);
        }
        return any;
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
        boolean any = run.isOpen();
        if (any) {
            run.end();
            effects.touched(key, false);
        }
        return any;
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
        long size = SortedSetValue.size(key);
        if (count < 1 || count > size || rank > size - count) {
            throw new CorruptJournalException(
                    "kv effect: ranks " + rank + " + " + count + " (expected: <= " + size + ")");
        }
        SortedSetValue.removeRanks(key, rank, count);
    }
}
