package dev.millrace.kv.checkpoint;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.store.ItemForm;
import dev.millrace.kv.store.Stripe;

/**
 * Reads the pieces in a checkpoint's block, whose forms are {@link ItemForm} and {@link LargeForm},
 * one after the other. No length in them is believed.
 */
public final class PieceReader {
    /** What a piece is. */
    public enum Kind {
        /** A whole item, to be read with {@link ItemForm}. */
        ITEM,
        /** A large collection but for its parts. */
        ROOT,
        /** Some parts of a large collection. */
        PARTS
    }

    private long next;
    private long end;
    private long at;
    private Kind kind = Kind.ITEM;
    private int database;
    private int type;
    private long key;
    private int keyLength;
    private long expiresAt;
    private long size;
    private long parts;

    /** From here on it reads these bytes. */
    public void reset(long address, int bytes) {
        next = address;
        end = address + bytes;
    }

    /**
     * Reads a piece; false if there is none any more.
     *
     * @throws CorruptJournalException if it is none
     */
    public boolean next() {
        if (next >= end) {
            return false;
        }
        at = next;
        switch (Memory.getUnsignedByte(at) & LargeForm.MARKS) {
            case 0 -> item();
            case LargeForm.ROOT -> root();
            case LargeForm.PARTS -> parts();
            default ->
                    throw new CorruptJournalException(
                            "kv piece: mark " + Memory.getUnsignedByte(at));
        }
        return true;
    }

    private void item() {
        kind = Kind.ITEM;
        next = ItemForm.check(at, end, Collections::wrong);
    }

    private void root() {
        kind = Kind.ROOT;
        name();
        expiresAt = i64();
        size = i64();
    }

    private void parts() {
        kind = Kind.PARTS;
        name();
        int bytes = u32();
        need(bytes);
        parts = next;
        next += bytes;
    }

    private void name() {
        database = u8() & ~LargeForm.MARKS;
        type = u8();
        keyLength = u32();
        need(keyLength);
        key = next;
        next += keyLength;
        if (database >= Stripe.DATABASES_ALL || !Parts.isKnown(type)) {
            throw new CorruptJournalException("kv piece: database " + database + ", type " + type);
        }
    }

    private void need(long bytes) {
        if (bytes < 0 || bytes > end - next) {
            throw new CorruptJournalException(
                    "kv piece: " + bytes + " bytes wanted (expected: <= " + (end - next) + ")");
        }
    }

    private int u8() {
        need(1);
        return Memory.getUnsignedByte(next++);
    }

    private int u32() {
        need(4);
        next += 4;
        return Memory.getInt(next - 4);
    }

    private long i64() {
        need(8);
        next += 8;
        return Memory.getLong(next - 8);
    }

    // ---- What was read

    public Kind kind() {
        return kind;
    }

    /** Where the piece stands. */
    public long at() {
        return at;
    }

    /** Of a root or parts. */
    public int database() {
        return database;
    }

    /** Of a root or parts: a type of items that can be large. */
    public int type() {
        return type;
    }

    /** Of a root or parts. */
    public long key() {
        return key;
    }

    public int keyLength() {
        return keyLength;
    }

    /** Of a root; ms since 1970, 0 for never. */
    public long expiresAt() {
        return expiresAt;
    }

    /** Of a root: how many parts, or of a list elements, it has. */
    public long size() {
        return size;
    }

    /** Where parts begin, to be read with {@link Parts#read}. */
    public long partsBegin() {
        return parts;
    }

    public long partsEnd() {
        return next;
    }
}
