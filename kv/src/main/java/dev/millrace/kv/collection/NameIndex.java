package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

/**
 * Parts of a stream by their name: groups, or the consumers of one. Their addresses in the names'
 * order, which is also the order in which Redis tells of them. There are few, so a new one moves
 * those behind it.
 *
 * <pre>
 * u64 block, 0 if there is none | u64 parts
 * block: { u64 part } ...
 * part:  24 bytes | u32 name's length | u32 - | ... | name, where the kind says
 * </pre>
 */
final class NameIndex {
    /** What an owner needs for one. */
    static final int BYTES = 16;

    private static final int INITIAL_PARTS = 2;
    private static final int NAME_LENGTH = StreamPart.BYTES;

    /** Where a part's name begins. */
    private final int nameAt;

    NameIndex(int nameAt) {
        this.nameAt = nameAt;
    }

    /** Bytes of the block. */
    static long bytes(long index) {
        return count(index) == 0 ? 0 : Slabs.usable(block(index));
    }

    private static long block(long index) {
        return Memory.getLong(index);
    }

    static int count(long index) {
        return (int) Memory.getLong(index + 8);
    }

    private static void count(long index, int count) {
        Memory.putLong(index + 8, count);
    }

    static long get(long index, int at) {
        return Memory.getLong(block(index) + (long) at * Long.BYTES);
    }

    static int nameLength(long part) {
        return Memory.getInt(part + NAME_LENGTH);
    }

    long name(long part) {
        return part + nameAt;
    }

    /** Makes a part of this name in a ring; all behind its head and before its name is zero. */
    long make(Stripe stripe, long root, long ring, int kind, long name, int length) {
        long part = Root.allocate(stripe, root, nameAt + (long) length);
        Memory.fill(part, nameAt, 0);
        Memory.putInt(part + NAME_LENGTH, length);
        Memory.copy(name, part + nameAt, length);
        StreamPart.link(stripe, ring, part, kind);
        return part;
    }

    /** Where a name stands, or {@code -1 -} where it belongs. */
    private int search(long index, long name, int length) {
        int low = 0;
        int high = count(index) - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            long part = get(index, middle);
            int order = Memory.compare(name(part), nameLength(part), name, length);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1 - low;
    }

    /** The part of this name, or 0. */
    long find(long index, long name, int length) {
        int at = search(index, name, length);
        return at < 0 ? 0 : get(index, at);
    }

    /** Adds a part; false if there is one of its name. */
    boolean add(Stripe stripe, long root, long index, long part) {
        int at = search(index, name(part), nameLength(part));
        if (at >= 0) {
            return false;
        }
        int count = count(index);
        grow(stripe, root, index, count + 1);
        long place = block(index) + (long) (-1 - at) * Long.BYTES;
        Memory.move(place, place + Long.BYTES, (long) (count + 1 + at) * Long.BYTES);
        Memory.putLong(place, part);
        count(index, count + 1);
        return true;
    }

    private static void grow(Stripe stripe, long root, long index, int parts) {
        long block = block(index);
        long room = block == 0 ? 0 : Slabs.usable(block) / Long.BYTES;
        if (parts <= room) {
            return;
        }
        long larger = Root.allocate(stripe, root, Math.max(INITIAL_PARTS, room * 2) * Long.BYTES);
        if (block != 0) {
            Memory.copy(block, larger, (long) count(index) * Long.BYTES);
            Root.free(stripe, root, block);
        }
        Memory.putLong(index, larger);
    }

    /** Takes a part out that is in it. */
    void remove(Stripe stripe, long root, long index, long part) {
        int at = search(index, name(part), nameLength(part));
        int count = count(index) - 1;
        long place = block(index) + (long) at * Long.BYTES;
        Memory.move(place + Long.BYTES, place, (long) (count - at) * Long.BYTES);
        count(index, count);
        if (count == 0) {
            Root.free(stripe, root, block(index));
            Memory.putLong(index, 0);
        }
    }
}
