package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;

/**
 * The root of a large collection: of a list in nodes, or of a hash, set or sorted set in a {@link
 * Table}. The item's value is its address; everything the collection has hangs from it.
 *
 * <pre>
 *  0  u64  owner: the address of the item, 0 once it is detached
 *  8  u8   epoch, 0 or 1, see Stripe | u8 1: in a checkpoint's queue | u16 the item's type
 * 12  u32  bytes of the longest element it ever had
 * 16  u64  name at the cut, see below; 0 if it is the item's
 * 24  u64  bytes of all blocks that hang from it, and its own
 * 32  ...  what the type needs
 * </pre>
 *
 * <p><b>Checkpoints.</b> A collection may be too large to be written at once, so each of its parts
 * (a field, a member, a list's node) has an epoch bit of its own, as items have: a part that the
 * running checkpoint has yet to write is given to it before its first change. The root's epoch
 * differs from the stripe's until the walk has been through all parts. A collection that is renamed
 * or deleted before that keeps its name at the cut here, and a deleted one is freed afterwards.
 *
 * <pre>
 * name at the cut: u32 database | u32 length | key
 * </pre>
 */
public final class Root {
    /** Where what the type needs begins. */
    public static final int TYPE_AT = 32;

    private static final int OWNER = 0;
    private static final int EPOCH = 8;
    private static final int QUEUED = 9;
    private static final int TYPE = 10;
    private static final int LONGEST = 12;
    private static final int CUT_NAME = 16;
    private static final int BYTES = 24;

    private Root() {}

    /** Makes one for a type of {@link Item}, with so many bytes of its own. */
    public static long make(Stripe stripe, int type, int typeBytes) {
        long root = stripe.slabs().allocate(TYPE_AT + typeBytes);
        Memory.putLong(root + OWNER, 0);
        Memory.putByte(root + EPOCH, stripe.epoch());
        Memory.putByte(root + QUEUED, 0);
        Memory.putShort(root + TYPE, type);
        Memory.putInt(root + LONGEST, 0);
        Memory.putLong(root + CUT_NAME, 0);
        Memory.putLong(root + BYTES, Slabs.usable(root));
        return root;
    }

    /** The item whose value this is; 0 if it was deleted. */
    public static long owner(long root) {
        return Memory.getLong(root + OWNER);
    }

    static void owner(long root, long item) {
        Memory.putLong(root + OWNER, item);
    }

    public static int epoch(long root) {
        return Memory.getByte(root + EPOCH);
    }

    static void epoch(long root, int epoch) {
        Memory.putByte(root + EPOCH, epoch);
    }

    /** Whether a checkpoint's walk has it in its queue: once, for it may be freed afterwards. */
    public static boolean isQueued(long root) {
        return Memory.getByte(root + QUEUED) != 0;
    }

    public static void queued(long root, boolean queued) {
        Memory.putByte(root + QUEUED, queued ? 1 : 0);
    }

    /** The type of the item whose value it is. */
    public static int type(long root) {
        return Memory.getUnsignedShort(root + TYPE);
    }

    /** Bytes of the longest element it ever had: a bound for those it has. */
    public static int longest(long root) {
        return Memory.getInt(root + LONGEST);
    }

    public static void sawLength(long root, int length) {
        if (length > longest(root)) {
            Memory.putInt(root + LONGEST, length);
        }
    }

    /** Bytes of all its blocks. */
    public static long bytes(long root) {
        return Memory.getLong(root + BYTES);
    }

    public static void addBytes(long root, long bytes) {
        Memory.putLong(root + BYTES, bytes(root) + bytes);
    }

    /** Takes a block for the collection. */
    public static long allocate(Stripe stripe, long root, long bytes) {
        long block = stripe.slabs().allocate(bytes);
        addBytes(root, Slabs.usable(block));
        return block;
    }

    /** Gives a block of the collection back. */
    public static void free(Stripe stripe, long root, long block) {
        addBytes(root, -Slabs.usable(block));
        stripe.slabs().free(block);
    }

    // ---- The name at the cut

    static void keepName(Stripe stripe, long root, int database, long key, int length) {
        if (Memory.getLong(root + CUT_NAME) != 0) {
            return; // It was renamed before; the first name counts.
        }
        long name = stripe.slabs().allocate(8L + length);
        Memory.putInt(name, database);
        Memory.putInt(name + 4, length);
        Memory.copy(key, name + 8, length);
        Memory.putLong(root + CUT_NAME, name);
    }

    static void dropName(Stripe stripe, long root) {
        long name = Memory.getLong(root + CUT_NAME);
        if (name != 0) {
            stripe.slabs().free(name);
            Memory.putLong(root + CUT_NAME, 0);
        }
    }

    /** The database it was in at the cut; {@code otherwise} if its name has not changed. */
    public static int cutDatabase(long root, int otherwise) {
        long name = Memory.getLong(root + CUT_NAME);
        return name == 0 ? otherwise : Memory.getInt(name);
    }

    /** Its key at the cut. */
    public static long cutKey(long root) {
        long name = Memory.getLong(root + CUT_NAME);
        return name == 0 ? Item.key(owner(root)) : name + 8;
    }

    public static int cutKeyLength(long root) {
        long name = Memory.getLong(root + CUT_NAME);
        return name == 0 ? Item.keyLength(owner(root)) : Memory.getInt(name + 4);
    }
}
