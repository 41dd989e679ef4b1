package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

/**
 * The root of a stream: its own facts, which are the first of its parts, and where the others are
 * found. Streams have no short form: the least takes some 600 bytes.
 *
 * <pre>
 * root: ... | part's head, see {@link StreamPart}
 *   | u64 entries | last ID | first entry's ID | greatest deleted ID | u64 entries ever added
 *   | u64 number for the next group or consumer
 *   | tree of nodes, see {@link IdTree} | groups by name, see {@link NameIndex}
 *   | u64 part where a checkpoint's walk goes on
 * </pre>
 */
final class StreamRoot {
    private static final int PART = Root.TYPE_AT;
    private static final int LENGTH = PART + StreamPart.BYTES;
    private static final int LAST = LENGTH + 8;
    private static final int FIRST = LAST + 16;
    private static final int DELETED = FIRST + 16;
    private static final int ADDED = DELETED + 16;
    private static final int NUMBER = ADDED + 8;
    private static final int NODES = NUMBER + 8;
    private static final int GROUPS = NODES + IdTree.BYTES;
    private static final int WALK = GROUPS + NameIndex.BYTES;
    private static final int END = WALK + 8;

    /** What stands in a checkpoint: from the length on up to the trees. */
    static final int FACTS_BYTES = NODES - LENGTH;

    private StreamRoot() {}

    static long make(Stripe stripe) {
        long root = Root.make(stripe, Item.TYPE_STREAM, END - Root.TYPE_AT);
        Memory.fill(root + Root.TYPE_AT, END - Root.TYPE_AT, 0);
        StreamPart.initFirst(stripe, part(root));
        return root;
    }

    /** The stream's facts as a part. */
    static long part(long root) {
        return root + PART;
    }

    /** The facts of such a part: {@link #FACTS_BYTES} that have no addresses in them. */
    static long facts(long part) {
        return part + StreamPart.BYTES;
    }

    static long length(long root) {
        return Memory.getLong(root + LENGTH);
    }

    static void length(long root, long entries) {
        Memory.putLong(root + LENGTH, entries);
    }

    static long lastMs(long root) {
        return Memory.getLong(root + LAST);
    }

    static long lastSeq(long root) {
        return Memory.getLong(root + LAST + 8);
    }

    static void last(long root, long ms, long seq) {
        putId(root + LAST, ms, seq);
    }

    static StreamId first(long root) {
        return id(root + FIRST);
    }

    static void first(long root, long ms, long seq) {
        putId(root + FIRST, ms, seq);
    }

    static StreamId deleted(long root) {
        return id(root + DELETED);
    }

    static void deleted(long root, long ms, long seq) {
        putId(root + DELETED, ms, seq);
    }

    static long added(long root) {
        return Memory.getLong(root + ADDED);
    }

    static void added(long root, long entries) {
        Memory.putLong(root + ADDED, entries);
    }

    /** A number that no other group or consumer of the stream has, or ever had. */
    static long takeNumber(long root) {
        long number = Memory.getLong(root + NUMBER) + 1;
        Memory.putLong(root + NUMBER, number);
        return number;
    }

    static long nodes(long root) {
        return root + NODES;
    }

    static long groups(long root) {
        return root + GROUPS;
    }

    static long walk(long root) {
        return Memory.getLong(root + WALK);
    }

    static void walk(long root, long part) {
        Memory.putLong(root + WALK, part);
    }

    static StreamId id(long at) {
        return new StreamId(Memory.getLong(at), Memory.getLong(at + 8));
    }

    static void putId(long at, long ms, long seq) {
        Memory.putLong(at, ms);
        Memory.putLong(at + 8, seq);
    }
}
