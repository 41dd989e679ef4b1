package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.store.Stripe;

/**
 * A group of consumers: a part of a stream, by its address. How far it has read, and what it has
 * delivered and nobody has acknowledged.
 *
 * <pre>
 *  0  part's head | u32 name's length | u32 -
 * 32  u64 number | last delivered ID | i64 entries read, -1 if that is not known
 * 64  tree of what is pending, see {@link IdTree#PENDING} | consumers by name
 *     | ring of its parts, see {@link StreamPart} | name
 * </pre>
 */
public final class StreamGroup {
    /** How many entries a group has read where that is not known. */
    public static final long UNKNOWN = -1;

    private static final int NUMBER = StreamPart.BYTES + 8;
    private static final int LAST = NUMBER + 8;
    private static final int READ = LAST + 16;
    private static final int PENDING = READ + 8;
    private static final int CONSUMERS = PENDING + IdTree.BYTES;
    private static final int RING = CONSUMERS + NameIndex.BYTES;
    private static final int NAME = RING + StreamPart.BYTES;

    static final NameIndex BY_NAME = new NameIndex(NAME);

    private StreamGroup() {}

    /** Makes one that is in no index yet. */
    static long make(Stripe stripe, long root, long number, long name, int length) {
        long ring = StreamRoot.part(root);
        long group = BY_NAME.make(stripe, root, ring, StreamPart.GROUP, name, length);
        StreamPart.initRing(ring(group));
        Memory.putLong(group + NUMBER, number);
        return group;
    }

    /** The ring of its consumers and of what is pending. */
    static long ring(long group) {
        return group + RING;
    }

    static long ofRing(long ring) {
        return ring - RING;
    }

    /** Bytes of all blocks that it has. */
    static long bytes(long group) {
        long bytes = Slabs.usable(group) + IdTree.bytes(pendingTree(group));
        bytes += NameIndex.bytes(consumerIndex(group));
        for (int i = 0; i < consumers(group); i++) {
            long consumer = consumer(group, i);
            bytes += Slabs.usable(consumer) + IdTree.bytes(StreamConsumer.pendingTree(consumer));
        }
        return bytes;
    }

    static long number(long group) {
        return Memory.getLong(group + NUMBER);
    }

    public static long name(long group) {
        return BY_NAME.name(group);
    }

    public static int nameLength(long group) {
        return NameIndex.nameLength(group);
    }

    /** The last that was delivered. */
    public static StreamId last(long group) {
        return StreamRoot.id(group + LAST);
    }

    static void last(long group, long ms, long seq) {
        StreamRoot.putId(group + LAST, ms, seq);
    }

    /** How many entries it has read since the stream began, or {@link #UNKNOWN}. */
    public static long read(long group) {
        return Memory.getLong(group + READ);
    }

    static void read(long group, long entries) {
        Memory.putLong(group + READ, entries);
    }

    static long pendingTree(long group) {
        return group + PENDING;
    }

    /** How many are pending. */
    public static long pending(long group) {
        return IdTree.size(pendingTree(group));
    }

    static long consumerIndex(long group) {
        return group + CONSUMERS;
    }

    /** How many consumers it has. */
    public static int consumers(long group) {
        return NameIndex.count(consumerIndex(group));
    }

    /** One of them, in the order of their names. */
    public static long consumer(long group, int index) {
        return NameIndex.get(consumerIndex(group), index);
    }

    /** The consumer of a name, or 0. */
    public static long consumer(long group, long name, int length) {
        return StreamConsumer.BY_NAME.find(consumerIndex(group), name, length);
    }
}
