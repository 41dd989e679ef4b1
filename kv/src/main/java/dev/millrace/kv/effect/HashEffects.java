package dev.millrace.kv.effect;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.HashValue;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/**
 * Changes of hashes: as commands make them, and as a replay repeats them. A hash without fields is
 * no key any more.
 */
public final class HashEffects {
    private final Effects effects;
    private final Run run;
    private boolean created;

    HashEffects(Effects effects) {
        this.effects = effects;
        this.run = new Run(effects);
    }

    // ---- Setting fields

    /**
     * Begins to set fields; some {@link #put} follow, then {@link #endPut}.
     *
     * @param table the hash is no listpack any more, or is never one
     */
    public void beginPut(Key key, boolean table) {
        created = !key.exists();
        effects.begin(Effect.HASH_PUT, key).putByte(table ? 1 : 0);
        run.begin();
        form(key, table);
    }

    /** Sets a field; true if it is new. Field and value lie outside the hash. */
    public boolean put(Key key, long field, int fieldLength, long value, int valueLength) {
        NativeBuffer out = run.next();
        Effects.putBytes(out, field, fieldLength);
        Effects.putBytes(out, value, valueLength);
        return HashValue.put(key, field, fieldLength, value, valueLength);
    }

    public void endPut(Key key) {
        run.end();
        effects.touched(key, created);
    }

    private static void form(Place place, boolean table) {
        if (table && !HashValue.isTable(place)) {
            HashValue.toTable(place);
        }
    }

    static void replayPut(EffectReader in) {
        Place key = in.keyOf(Item.TYPE_HASH);
        boolean table = in.u8() != 0;
        int count = in.someCount();
        form(key, table);
        for (int left = count; left > 0; left--) {
            int fieldLength = in.length();
            long field = in.skip(fieldLength);
            int valueLength = in.length();
            long value = in.skip(valueLength);
            HashValue.put(key, field, fieldLength, value, valueLength);
        }
    }

    // ---- Removing fields

    /**
     * Takes a field out, and the key with the last one; false if it is not there. The field lies
     * outside the hash. {@link #endRemove} follows the last of them.
     */
    public boolean remove(Key key, long field, int length) {
        if (!HashValue.has(key, field, length)) {
            return false;
        }
        if (!run.isOpen()) {
            effects.begin(Effect.HASH_REMOVE, key);
            run.begin();
        }
        Effects.putBytes(run.next(), field, length);
        HashValue.remove(key, field, length);
        return true;
    }

    /** Ends it; true if any was removed. */
    public boolean endRemove(Key key) {
        return run.endIfOpen(key, false);
    }

    static void replayRemove(EffectReader in) {
        Place key = in.existing(Item.TYPE_HASH);
        for (int left = in.count(); left > 0; left--) {
            int length = in.length();
            HashValue.remove(key, in.skip(length), length);
        }
    }
}
