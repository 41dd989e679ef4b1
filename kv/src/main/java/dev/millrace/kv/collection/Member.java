package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.store.Table;

/**
 * A part of a large hash, set or sorted set: a name and what belongs to it, in one block.
 *
 * <pre>
 * u8    bit 0: epoch, see Root | bit 1: 0 | bits 2..7: length, up to 63
 * or
 * u32   bit 0: epoch           | bit 1: 1 | bits 2..31: length
 *
 * name
 * set: nothing | sorted set: f64 score | hash: u8 or u32 length of the value as above, value
 * </pre>
 */
final class Member {
    static final Table.Entries ENTRIES =
            new Table.Entries() {
                @Override
                public boolean hasKey(long entry, long key, int length) {
                    return length(entry) == length && Memory.equal(name(entry), key, length);
                }

                @Override
                public long hash(long entry) {
                    return KeyHash.of(name(entry), length(entry));
                }
            };

    private static final int SHORT_MAX = 63;
    private static final int LONG = 2;

    private Member() {}

    /** What a length takes. */
    static int headBytes(int length) {
        return length <= SHORT_MAX ? 1 : 4;
    }

    /** Writes a length, and returns what comes after it. */
    static long writeHead(long at, int length, int epoch) {
        if (length <= SHORT_MAX) {
            Memory.putByte(at, length << 2 | epoch);
            return at + 1;
        }
        Memory.putInt(at, length << 2 | LONG | epoch);
        return at + 4;
    }

    /** The length that is written there. */
    static int length(long at) {
        int first = Memory.getUnsignedByte(at);
        return (first & LONG) == 0 ? first >>> 2 : Memory.getInt(at) >>> 2;
    }

    static int epoch(long member) {
        return Memory.getByte(member) & 1;
    }

    static void epoch(long member, int epoch) {
        Memory.putByte(member, Memory.getByte(member) & ~1 | epoch);
    }

    static long name(long member) {
        return member + ((Memory.getByte(member) & LONG) == 0 ? 1 : 4);
    }

    /** What stands behind the name. */
    static long payload(long member) {
        return name(member) + length(member);
    }
}
