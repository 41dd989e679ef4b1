package dev.millrace.kv.store;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

/**
 * An item as it stands in a checkpoint.
 *
 * <pre>
 * database u8 | type and encoding u8 | expiry i64, ms since 1970, 0 for never
 * | key bytes u32 | value bytes u32 | key | value
 * </pre>
 */
public final class ItemForm {
    private static final int FIXED_BYTES = 18;

    private ItemForm() {}

    /** Looks at a value that is not a string's. */
    @FunctionalInterface
    public interface Check {
        /** What is wrong with it, empty if nothing. */
        String wrong(int type, int encoding, long value, int length);
    }

    public static long bytes(long item) {
        return FIXED_BYTES + (long) Item.keyLength(item) + Item.valueLength(item);
    }

    public static void write(NativeBuffer out, int database, long item) {
        int keyLength = Item.keyLength(item);
        int valueLength = Item.valueLength(item);
        out.putByte(database);
        out.putByte(Memory.getByte(item));
        out.putLong(Item.expiresAt(item));
        out.putInt(keyLength);
        out.putInt(valueLength);
        out.put(Item.key(item), keyLength);
        out.put(Item.value(item), valueLength);
    }

    /**
     * Checks the item that stands at {@code at}; returns where it ends.
     *
     * @throws CorruptJournalException if it is none
     */
    public static long check(long at, long end, Check check) {
        if (end - at < FIXED_BYTES) {
            throw new CorruptJournalException("kv item: " + (end - at) + " bytes left");
        }
        int database = database(at);
        int form = Memory.getUnsignedByte(at + 1);
        int keyLength = keyLength(at);
        int valueLength = valueLength(at);
        long key = key(at);
        boolean fits =
                keyLength >= 0
                        && valueLength >= 0
                        && (long) keyLength + valueLength <= end - key
                        && database < Stripe.DATABASES_ALL
                        && Item.isKnown(form & 0xf);
        if (!fits) {
            throw new CorruptJournalException(
                    "kv item: database "
                            + database
                            + ", type "
                            + (form & 0xf)
                            + ", "
                            + keyLength
                            + " + "
                            + valueLength
                            + " bytes of "
                            + (end - key));
        }
        if ((form & 0xf) == Item.TYPE_STRING) {
            if (!Item.isOfStrings(form >>> 4)) {
                throw new CorruptJournalException("kv string of encoding " + (form >>> 4));
            }
        } else {
            String wrong = check.wrong(form & 0xf, form >>> 4, key + keyLength, valueLength);
            if (!wrong.isEmpty()) {
                throw new CorruptJournalException("kv item of type " + (form & 0xf) + ": " + wrong);
            }
        }
        return key + keyLength + valueLength;
    }

    /**
     * Puts the item that stands at {@code at}, and was checked, into its stripe.
     *
     * @throws CorruptJournalException if its key is there already
     */
    public static void load(Stripes stripes, long at) {
        int form = Memory.getUnsignedByte(at + 1);
        long expiresAt = expiresAt(at);
        int keyLength = keyLength(at);
        int valueLength = valueLength(at);
        long key = key(at);
        Stripe stripe = stripes.of(key, keyLength);
        Database database = stripe.database(database(at));
        long hash = KeyHash.of(key, keyLength);
        // A table does not look, and entries of one hash cannot be split: some hundred are its end.
        if (database.items().find(hash, key, keyLength) != 0) {
            throw new CorruptJournalException("kv item: its key is there already");
        }
        long item = stripe.slabs().allocate(Item.bytes(keyLength, valueLength, expiresAt != 0));
        long value =
                Item.write(
                        item,
                        form & 0xf,
                        form >>> 4,
                        stripe.accessClock(),
                        stripe.epoch(),
                        expiresAt,
                        key,
                        keyLength,
                        valueLength);
        Memory.copy(key + keyLength, value, valueLength);
        database.items().insert(hash, item);
        if (expiresAt != 0) {
            database.expires().insert(hash, item);
        }
    }

    // ---- What stands at an address

    public static int database(long at) {
        return Memory.getUnsignedByte(at);
    }

    /** One of the types of {@link Item}. */
    public static int type(long at) {
        return Memory.getUnsignedByte(at + 1) & 0xf;
    }

    public static int encoding(long at) {
        return Memory.getUnsignedByte(at + 1) >>> 4;
    }

    /** ms since 1970, 0 for never. */
    public static long expiresAt(long at) {
        return Memory.getLong(at + 2);
    }

    public static int keyLength(long at) {
        return Memory.getInt(at + 10);
    }

    public static int valueLength(long at) {
        return Memory.getInt(at + 14);
    }

    public static long key(long at) {
        return at + FIXED_BYTES;
    }

    public static long value(long at) {
        return key(at) + keyLength(at);
    }
}
