package dev.millrace.kv.collection;

import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

import java.util.OptionalLong;

/**
 * How many of all entries that a stream ever had a group has read, and how many are still before
 * it: as far as that can be told without counting, as in Redis. Where entries were deleted from the
 * middle it often cannot.
 */
public final class StreamProgress {
    private StreamProgress() {}

    /** Whether an entry was deleted, other than by trimming, that was not before this ID. */
    private static boolean hasHoles(long root, StreamId from) {
        StreamId deleted = StreamRoot.deleted(root);
        return StreamRoot.length(root) > 0
                && !deleted.equals(StreamId.MIN)
                && !StreamRoot.first(root).isAfter(deleted)
                && !from.isAfter(deleted);
    }

    /**
     * How many entries there were up to this ID, if that can be told; else {@link
     * StreamGroup#UNKNOWN}.
     */
    public static long upTo(Place place, StreamId id) {
        return upTo(Item.root(place.item()), id);
    }

    private static long upTo(long root, StreamId id) {
        long added = StreamRoot.added(root);
        long length = StreamRoot.length(root);
        if (added == 0) {
            return 0;
        }
        int toLast =
                StreamId.compare(
                        id.ms(), id.seq(), StreamRoot.lastMs(root), StreamRoot.lastSeq(root));
        if (toLast == 0 || length == 0 && toLast < 0) {
            return added;
        }
        if (toLast > 0) {
            return StreamGroup.UNKNOWN;
        }
        StreamId first = StreamRoot.first(root);
        StreamId deleted = StreamRoot.deleted(root);
        boolean whole = deleted.equals(StreamId.MIN) || first.isAfter(deleted);
        int toFirst = id.compareTo(first);
        if (!whole || toFirst > 0) {
            return StreamGroup.UNKNOWN;
        }
        return toFirst == 0 ? added - length + 1 : added - length;
    }

    /** A group reads an entry, which may be one it has read before. */
    static void read(long root, long group, long ms, long seq) {
        StreamId last = StreamGroup.last(group);
        StreamId id = new StreamId(ms, seq);
        if (!id.isAfter(last)) {
            return;
        }
        long read = StreamGroup.read(group);
        if (read != StreamGroup.UNKNOWN && !hasHoles(root, id)) {
            StreamGroup.read(group, read + 1);
        } else if (StreamRoot.added(root) != 0) {
            StreamGroup.read(group, upTo(root, id));
        }
        StreamGroup.last(group, ms, seq);
    }

    /** How many entries a group has not read yet, if that can be told. */
    public static OptionalLong lag(Place place, long group) {
        long root = Item.root(place.item());
        long added = StreamRoot.added(root);
        if (added == 0) {
            return OptionalLong.of(0);
        }
        StreamId last = StreamGroup.last(group);
        long read = StreamGroup.read(group);
        if (read == StreamGroup.UNKNOWN || hasHoles(root, last)) {
            read = upTo(root, last);
        }
        return read == StreamGroup.UNKNOWN ? OptionalLong.empty() : OptionalLong.of(added - read);
    }
}
