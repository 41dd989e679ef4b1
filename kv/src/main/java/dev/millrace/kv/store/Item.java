package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;

/**
 * A key and its value in one block outside the heap.
 *
 * <pre>
 *  0  u64  header
 *            bits  0..3   type
 *            bits  4..7   encoding of the type
 *            bits  8..31  access clock (seconds, 24 bits)
 *            bit   32     epoch, see Stripe
 *            bit   33     has an expiry
 *            bit   34     has long lengths
 *            bits 35..44  key length   (if not long)
 *            bits 45..63  value length (if not long)
 *  8  u32 key length | u32 value length   (if long)
 *     i64  expiry, ms since 1970           (if it has one)
 *     key
 *     value
 * </pre>
 *
 * <p>16 bytes of key and 64 of value make 88 bytes, a size class. Methods take the block's address.
 */
public final class Item {
    public static final int TYPE_STRING = 0;
    public static final int TYPE_LIST = 1;
    public static final int TYPE_SET = 2;
    public static final int TYPE_SORTED_SET = 3;
    public static final int TYPE_HASH = 4;
    public static final int TYPE_STREAM = 5;

    private static final String[] TYPE_NAMES = {"string", "list", "set", "zset", "hash", "stream"};

    /** The encoding of a large collection: the value is the address of its {@link Root}. */
    public static final int ENCODING_LARGE = 15;

    /** A string that is called what suits it: int, embstr or raw. */
    public static final int ENCODING_PLAIN = 0;

    /** What a string is called after it was changed in place: OBJECT ENCODING answers raw. */
    public static final int ENCODING_RAW = 1;

    /** A string that is no int, though it looks like one (INCRBYFLOAT). */
    public static final int ENCODING_TEXT = 2;

    private static final int ENCODING_SHIFT = 4;
    private static final int ACCESS_SHIFT = 8;
    private static final long ACCESS_MASK = 0xff_ffffL;
    private static final long EXPIRES = 1L << 33;
    private static final long LONG = 1L << 34;
    private static final int KEY_SHIFT = 35;
    private static final int KEY_MAX = (1 << 10) - 1;
    private static final int VALUE_SHIFT = 45;
    private static final int VALUE_MAX = (1 << 19) - 1;

    private Item() {}

    static long bytes(int keyLength, long valueLength, boolean expires) {
        boolean longLengths = keyLength > KEY_MAX || valueLength > VALUE_MAX;
        return 8 + (longLengths ? 8 : 0) + (expires ? 8 : 0) + keyLength + valueLength;
    }

    /** Writes everything but the value's bytes; returns the value's address. */
    static long write(
            long item,
            int type,
            int encoding,
            int access,
            int epoch,
            long expiresAt,
            long key,
            int keyLength,
            int valueLength) {
        boolean longLengths = keyLength > KEY_MAX || valueLength > VALUE_MAX;
        long header =
                type
                        | encoding << ENCODING_SHIFT
                        | (access & ACCESS_MASK) << ACCESS_SHIFT
                        | (long) epoch << 32;
        long at = item + 8;
        if (longLengths) {
            header |= LONG;
            Memory.putInt(at, keyLength);
            Memory.putInt(at + 4, valueLength);
            at += 8;
        } else {
            header |= (long) keyLength << KEY_SHIFT | (long) valueLength << VALUE_SHIFT;
        }
        if (expiresAt != 0) {
            header |= EXPIRES;
            Memory.putLong(at, expiresAt);
            at += 8;
        }
        Memory.putLong(item, header);
        if (key != at) {
            Memory.copy(key, at, keyLength);
        }
        return at + keyLength;
    }

    public static int type(long item) {
        return Memory.getByte(item) & 0xf;
    }

    /** Whether this version knows the type. */
    static boolean isKnown(int type) {
        return type < TYPE_NAMES.length;
    }

    /**
     * Whether strings have it. What calls itself large and is none would be taken for an address.
     */
    public static boolean isOfStrings(int encoding) {
        return encoding >= ENCODING_PLAIN && encoding <= ENCODING_TEXT;
    }

    /** As TYPE answers it. */
    public static String typeName(long item) {
        return TYPE_NAMES[type(item)];
    }

    public static int encoding(long item) {
        return Memory.getUnsignedByte(item) >>> ENCODING_SHIFT;
    }

    /** True if the value is not here, but in memory of its own: the value is a {@link Root}. */
    public static boolean isLarge(long item) {
        int form = Memory.getUnsignedByte(item);
        return form >>> ENCODING_SHIFT == ENCODING_LARGE;
    }

    /** The root of a large collection. */
    public static long root(long item) {
        assert isLarge(item);
        return Memory.getLong(value(item));
    }

    static void encoding(long item, int encoding) {
        Memory.putByte(item, type(item) | encoding << ENCODING_SHIFT);
    }

    public static int access(long item) {
        return Memory.getInt(item) >>> ACCESS_SHIFT;
    }

    /** Notes an access; stores only if the clock moved since the last one. */
    public static void access(long item, int clock) {
        int word = Memory.getInt(item);
        int touched = word & 0xff | clock << ACCESS_SHIFT;
        if (word != touched) {
            Memory.putInt(item, touched);
        }
    }

    static int epoch(long item) {
        return Memory.getByte(item + 4) & 1;
    }

    static void epoch(long item, int epoch) {
        Memory.putByte(item + 4, Memory.getByte(item + 4) & ~1 | epoch);
    }

    /** When it expires, ms since 1970; 0 if never. */
    public static long expiresAt(long item) {
        long header = Memory.getLong(item);
        return (header & EXPIRES) == 0 ? 0 : Memory.getLong(item + 8 + ((header & LONG) >>> 31));
    }

    static void expiresAt(long item, long millis) {
        long header = Memory.getLong(item);
        assert (header & EXPIRES) != 0;
        Memory.putLong(item + 8 + ((header & LONG) >>> 31), millis);
    }

    private static long lengthsEnd(long header) {
        // LONG and EXPIRES are bits 34 and 33: each adds eight bytes.
        return 8 + ((header & LONG) >>> 31) + ((header & EXPIRES) >>> 30);
    }

    public static int keyLength(long item) {
        long header = Memory.getLong(item);
        return (header & LONG) != 0
                ? Memory.getInt(item + 8)
                : (int) (header >>> KEY_SHIFT) & KEY_MAX;
    }

    public static long key(long item) {
        return item + lengthsEnd(Memory.getLong(item));
    }

    public static int valueLength(long item) {
        long header = Memory.getLong(item);
        return (header & LONG) != 0 ? Memory.getInt(item + 12) : (int) (header >>> VALUE_SHIFT);
    }

    /** Sets the value's length, where the block has room and the form of the lengths stays. */
    static boolean valueLength(long item, int length) {
        long header = Memory.getLong(item);
        if ((header & LONG) != 0) {
            Memory.putInt(item + 12, length);
            return true;
        }
        if (length > VALUE_MAX) {
            return false;
        }
        Memory.putLong(item, header & (1L << VALUE_SHIFT) - 1 | (long) length << VALUE_SHIFT);
        return true;
    }

    public static long value(long item) {
        return key(item) + keyLength(item);
    }

    static boolean hasKey(long item, long key, int length) {
        long header = Memory.getLong(item);
        int own =
                (header & LONG) != 0
                        ? Memory.getInt(item + 8)
                        : (int) (header >>> KEY_SHIFT) & KEY_MAX;
        return own == length && Memory.equal(item + lengthsEnd(header), key, length);
    }
}
