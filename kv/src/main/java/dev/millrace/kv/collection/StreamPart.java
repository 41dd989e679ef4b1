package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

/**
 * What all parts of a stream begin with. They hang in rings: the stream's own facts in its root,
 * nodes and groups in one; in each group's the consumers and what is pending. So a group that is
 * removed leaves with all it has at one go, and a checkpoint's walk needs to know nothing else.
 *
 * <pre>
 *  0  u8 kind | u8 epoch, see Root | u16 and u32 for the kind's own use
 *  8  u64 next part | u64 previous part
 * 24  ...
 * </pre>
 *
 * <p>The walk's place is in the root, and whoever takes a part out moves it on.
 */
final class StreamPart {
    static final int BYTES = 24;

    /** The stream itself, see {@link StreamRoot}. */
    static final int STREAM = 0;

    /** Entries, see {@link StreamNode}. */
    static final int NODE = 1;

    /** A group of consumers, see {@link StreamGroup}. */
    static final int GROUP = 2;

    /** See {@link StreamConsumer}. */
    static final int CONSUMER = 3;

    /** What is pending in a group: a leaf of its {@link IdTree}. */
    static final int PENDING = 4;

    /** No part: where a group's ring begins and ends, see {@link StreamGroup#ring}. */
    static final int RING = 7;

    private static final int KIND = 0;
    private static final int EPOCH = 1;
    private static final int NEXT = 8;
    private static final int PREVIOUS = 16;

    private StreamPart() {}

    static int kind(long part) {
        return Memory.getByte(part + KIND);
    }

    static void kind(long part, int kind) {
        Memory.putByte(part + KIND, kind);
    }

    static boolean isWritten(Stripe stripe, long part) {
        return stripe.isWritten(Memory.getByte(part + EPOCH));
    }

    /** It counts as written by a running checkpoint. */
    static void written(Stripe stripe, long part) {
        Memory.putByte(part + EPOCH, stripe.epoch());
    }

    static long next(long part) {
        return Memory.getLong(part + NEXT);
    }

    private static void next(long part, long next) {
        Memory.putLong(part + NEXT, next);
    }

    private static long previous(long part) {
        return Memory.getLong(part + PREVIOUS);
    }

    private static void previous(long part, long previous) {
        Memory.putLong(part + PREVIOUS, previous);
    }

    /** Makes it the only one in its ring: a stream. */
    static void initFirst(Stripe stripe, long part) {
        Memory.putLong(part, 0);
        written(stripe, part);
        next(part, part);
        previous(part, part);
    }

    /** Makes the empty ring of a group. */
    static void initRing(long ring) {
        Memory.putLong(ring, 0);
        kind(ring, RING);
        next(ring, ring);
        previous(ring, ring);
    }

    /** Puts a new part into a ring: a stream's, which is its first part, or a group's. */
    static void link(Stripe stripe, long ring, long part, int kind) {
        kind(part, kind);
        written(stripe, part);
        append(ring, part);
    }

    private static void append(long ring, long part) {
        long last = previous(ring);
        next(last, part);
        previous(part, last);
        next(part, ring);
        previous(ring, part);
    }

    /** The one behind a part when all are gone through: a group is followed by what it has. */
    static long after(long part) {
        long next = next(kind(part) == GROUP ? StreamGroup.ring(part) : part);
        return kind(next) == RING ? next(StreamGroup.ofRing(next)) : next;
    }

    static void unlink(long root, long part) {
        if (StreamRoot.walk(root) == part) {
            StreamRoot.walk(root, after(part));
        }
        takeOut(part);
    }

    private static void takeOut(long part) {
        next(previous(part), next(part));
        previous(next(part), previous(part));
    }

    /** Puts a part into another ring of the same stream. */
    static void move(long root, long part, long ring) {
        unlink(root, part);
        append(ring, part);
    }

    /** Has a group, with all in its ring, become a part of another root. */
    static void moveGroup(long root, long group, long other) {
        long walk = StreamRoot.walk(root);
        if (walk != 0 && groupOf(walk) == group) {
            StreamRoot.walk(root, next(group));
        }
        takeOut(group);
        append(StreamRoot.part(other), group);
    }

    /** The group that a part is or belongs to; 0 if it is no group's. */
    private static long groupOf(long part) {
        return switch (kind(part)) {
            case GROUP -> part;
            case CONSUMER -> StreamConsumer.group(part);
            case PENDING -> IdTree.owner(part);
            default -> 0;
        };
    }

    /** Says that a part, head and all, was copied to another place, where it lies from now on. */
    static void moved(long root, long from, long to) {
        if (StreamRoot.walk(root) == from) {
            StreamRoot.walk(root, to);
        }
        next(previous(from), to);
        previous(next(from), to);
    }

    /** Call before anything changes in a part that a checkpoint would write. */
    static void beforeChange(Place place, long root, long part) {
        Stripe stripe = place.stripe();
        if (!isWritten(stripe, part)) {
            stripe.beforePartChange(place.database(), root, part);
            written(stripe, part);
        }
    }
}
