package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.rdb.BadDump;
import dev.millrace.kv.rdb.DumpedValue;
import dev.millrace.kv.rdb.Limits;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Place;

/** A value from a dump, as it stands there: shorter than the effects that would build it. */
public final class RestoreEffect {
    private final Effects effects;
    private final DumpedValue value = new DumpedValue();

    RestoreEffect(Effects effects) {
        this.effects = effects;
    }

    /**
     * Gives a key, where nothing is, the value that is dumped, and an expiry in ms since 1970 or 0.
     *
     * @param dump a value of this type, which was found to be whole
     */
    public void restore(Key key, long expiresAt, Limits limits, int type, long dump, int length) {
        write(key, expiresAt, limits, type, dump, length);
        value.read(key, limits, type, dump, length);
        expire(key, expiresAt);
        effects.touched(key, true);
    }

    /** Writes the same effect and changes nothing, for an import. */
    public void log(Place key, long expiresAt, Limits limits, int type, long dump, int length) {
        write(key, expiresAt, limits, type, dump, length);
    }

    private void write(Place key, long expiresAt, Limits limits, int type, long dump, int length) {
        NativeBuffer out = effects.begin(Effect.RESTORE, key);
        out.putLong(expiresAt);
        out.putVarint(limits.hashEntries());
        out.putVarint(limits.hashBytes());
        out.putVarint(limits.sortedEntries());
        out.putVarint(limits.sortedBytes());
        out.putVarint(limits.integers());
        out.putByte(type);
        Effects.putBytes(out, dump, length);
    }

    private static void expire(Place key, long expiresAt) {
        if (expiresAt != 0) {
            key.item(Apply.expire(key.stripe(), key.database(), key.hash(), key.item(), expiresAt));
        }
    }

    static void replay(EffectReader in) {
        Place key = in.key();
        long expiresAt = in.i64();
        Limits limits = new Limits(in.varint(), in.varint(), in.varint(), in.varint(), in.varint());
        int type = in.u8();
        int length = in.length();
        long dump = in.skip(length);
        if (key.exists()) {
            throw new CorruptJournalException("kv effect: the restored key is there");
        }
        try {
            in.dumped().read(key, limits, type, dump, length);
            expire(key, expiresAt);
        } catch (BadDump bad) {
            throw new CorruptJournalException("kv effect: " + bad.getMessage());
        }
    }
}
