package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Database;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.KeyHash;
import dev.millrace.kv.store.Stripe;
import dev.millrace.kv.store.Stripes;

/** Applies the effects of one part of a record, as they were applied when they were written. */
public final class Replay {
    private final Stripes stripes;
    private final Combination combination = new Combination();
    private long at;
    private long end;

    // The key that was read last, and where it belongs.
    private long key;
    private int keyLength;
    private long hash;
    private Stripe stripe;
    private Database database;
    private long item;

    public Replay(Stripes stripes) {
        this.stripes = stripes;
        this.stripe = stripes.stripe(0);
        this.database = stripe.database(0);
    }

    /** The number this state machine has in records. */
    public static int machine() {
        return Effect.MACHINE;
    }

    /**
     * Applies all effects of a part.
     *
     * @throws CorruptJournalException if they are not what this version writes
     */
    public void apply(long address, int bytes) {
        at = address;
        end = address + bytes;
        while (at < end) {
            applyOne();
        }
    }

    private void applyOne() {
        switch (Effect.of(u8())) {
            case PUT_STRING -> putString();
            case DELETE -> {
                key(u8());
                requireItem();
                Apply.delete(stripe, database, hash, item);
            }
            case EXPIRE -> {
                key(u8());
                requireItem();
                Apply.expire(stripe, database, hash, item, i64());
            }
            case SET_RANGE -> setRange();
            case COPY -> copy();
            case FLUSH -> {
                int index = u8();
                for (int i = 0; i < stripes.count(); i++) {
                    Apply.flush(stripes.stripe(i), database(index));
                    while (stripes.stripe(i).sweep(Integer.MAX_VALUE)) {
                        // Nobody waits for a replay: free all at once.
                    }
                }
            }
            case SWAP -> {
                int a = database(u8());
                int b = database(u8());
                for (int i = 0; i < stripes.count(); i++) {
                    Apply.swap(stripes.stripe(i), a, b);
                }
            }
            case COMBINE -> combine();
        }
    }

    private void putString() {
        key(u8());
        int encoding = u8();
        long expiresAt = i64();
        int length = length();
        Apply.putString(
                stripe,
                database,
                hash,
                item,
                key,
                keyLength,
                skip(length),
                length,
                expiresAt,
                encoding);
    }

    private void setRange() {
        key(u8());
        long offset = varint();
        int length = length();
        if (offset > Integer.MAX_VALUE - length) {
            throw new CorruptJournalException(
                    "kv effect: offset " + offset + " (expected: <= 2147483647 - " + length + ")");
        }
        Apply.setRange(
                stripe, database, hash, item, key, keyLength, (int) offset, skip(length), length);
    }

    private void copy() {
        key(u8());
        requireItem();
        long from = item;
        key(u8());
        Apply.copy(stripe, database, hash, item, key, keyLength, from);
    }

    private void combine() {
        key(u8());
        Combination.Operation operation = Combination.Operation.of(u8());
        int count = length(); // each key takes at least one byte
        if (count == 0 || operation == Combination.Operation.NOT && count > 1) {
            throw new CorruptJournalException("kv effect: " + operation + " of " + count);
        }
        long[] keys = new long[count];
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = length();
            keys[i] = skip(lengths[i]);
        }
        NativeBuffer result = combination.of(stripes, database.index(), operation, keys, lengths);
        Apply.putString(
                stripe,
                database,
                hash,
                item,
                key,
                keyLength,
                result.address(),
                Math.toIntExact(result.length()),
                0,
                Item.ENCODING_RAW);
        result.shrink();
    }

    // ---- Reading

    private int database(int index) {
        if (index >= Stripe.DATABASES) {
            throw new CorruptJournalException("kv database: " + index);
        }
        return index;
    }

    private void key(int databaseIndex) {
        keyLength = length();
        key = skip(keyLength);
        stripe = stripes.of(key, keyLength);
        database = stripe.database(database(databaseIndex));
        hash = KeyHash.of(key, keyLength);
        item = database.items().find(hash, key, keyLength);
    }

    private void requireItem() {
        if (item == 0) {
            throw new CorruptJournalException("kv effect on a key that is not there");
        }
    }

    private void need(long bytes) {
        if (bytes > end - at) {
            throw new CorruptJournalException(
                    "kv effect: " + bytes + " bytes wanted (expected: <= " + (end - at) + ")");
        }
    }

    private int u8() {
        need(1);
        return Memory.getUnsignedByte(at++);
    }

    private long i64() {
        need(8);
        at += 8;
        return Memory.getLong(at - 8);
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new CorruptJournalException("kv effect: varint without end");
    }

    private int length() {
        long length = varint();
        need(length);
        return (int) length;
    }

    private long skip(int bytes) {
        at += bytes;
        return at - bytes;
    }
}
