package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.store.Stripe;

/**
 * A consumer of a group: a part of a stream, by its address. What was delivered to it and it has
 * not acknowledged.
 *
 * <pre>
 *  0  part's head | u32 name's length | u32 -
 * 32  u64 number | u64 group | i64 ms since 1970 when it was last seen
 * 56  tree of what is pending, see {@link IdTree#OWNED} | name
 * </pre>
 */
public final class StreamConsumer {
    private static final int NUMBER = StreamPart.BYTES + 8;
    private static final int GROUP = NUMBER + 8;
    private static final int SEEN = GROUP + 8;
    private static final int PENDING = SEEN + 8;
    private static final int NAME = PENDING + IdTree.BYTES;

    static final NameIndex BY_NAME = new NameIndex(NAME);

    private StreamConsumer() {}

    /** Makes one of a group, in whose index it is not yet. */
    static long make(Stripe stripe, long root, long number, long group, long name, int length) {
        long ring = StreamGroup.ring(group);
        long consumer = BY_NAME.make(stripe, root, ring, StreamPart.CONSUMER, name, length);
        Memory.putLong(consumer + NUMBER, number);
        group(consumer, group);
        return consumer;
    }

    /** Makes one whose group is known by its number only, and is there later. */
    static long load(Stripe stripe, long root, long number, long group, long name, int length) {
        long ring = StreamRoot.part(root);
        long consumer = BY_NAME.make(stripe, root, ring, StreamPart.CONSUMER, name, length);
        Memory.putLong(consumer + NUMBER, number);
        group(consumer, group);
        return consumer;
    }

    /** Its number; 0 for none, as what is pending has it while a dump is read. */
    static long number(long consumer) {
        return consumer == 0 ? 0 : Memory.getLong(consumer + NUMBER);
    }

    /** While a checkpoint is loaded: the group's number. */
    static long group(long consumer) {
        return Memory.getLong(consumer + GROUP);
    }

    static void group(long consumer, long group) {
        Memory.putLong(consumer + GROUP, group);
    }

    public static long name(long consumer) {
        return BY_NAME.name(consumer);
    }

    public static int nameLength(long consumer) {
        return NameIndex.nameLength(consumer);
    }

    /** When it last asked for something and there was something, ms since 1970. */
    public static long seenMillis(long consumer) {
        return Memory.getLong(consumer + SEEN);
    }

    static void seenMillis(long consumer, long millis) {
        Memory.putLong(consumer + SEEN, millis);
    }

    static long pendingTree(long consumer) {
        return consumer + PENDING;
    }

    /** How many are pending. */
    public static long pending(long consumer) {
        return IdTree.size(pendingTree(consumer));
    }
}
