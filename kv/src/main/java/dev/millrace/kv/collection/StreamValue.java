package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Apply;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

/**
 * A stream: entries in nodes by their IDs, and groups of consumers that read them. It is always in
 * parts, see {@link StreamRoot}; one without entries remains.
 *
 * <p>What changes it is called by effects only, live and in a replay. Bytes that are passed lie
 * outside the stream. Groups and consumers are told by their addresses.
 */
public final class StreamValue {
    private StreamValue() {}

    // ---- Reading

    private static long root(Place place) {
        return Item.root(place.item());
    }

    /** How many entries it has; 0 if there is none. */
    public static long length(Place place) {
        return place.exists() ? StreamRoot.length(root(place)) : 0;
    }

    /** The last ID that was ever given; the least of all if there is none. */
    public static StreamId last(Place place) {
        return place.exists()
                ? new StreamId(StreamRoot.lastMs(root(place)), StreamRoot.lastSeq(root(place)))
                : StreamId.MIN;
    }

    /** The ID of the first entry, as it is noted; the least of all if there is none. */
    public static StreamId first(Place place) {
        return StreamRoot.first(root(place));
    }

    /** The greatest ID that was ever deleted, but for what was trimmed. */
    public static StreamId deleted(Place place) {
        return StreamRoot.deleted(root(place));
    }

    /** How many entries were ever added. */
    public static long added(Place place) {
        return StreamRoot.added(root(place));
    }

    /** The ID of the last live entry; the least of all if there is none. */
    public static StreamId lastLive(Place place) {
        StreamCursor cursor = StreamCursor.downwards(place, StreamId.MIN, StreamId.MAX);
        return cursor.next() ? cursor.id() : StreamId.MIN;
    }

    /** The ID of the first live entry; the least of all if there is none. */
    public static StreamId firstLive(Place place) {
        StreamCursor cursor = StreamCursor.upwards(place, StreamId.MIN, StreamId.MAX);
        return cursor.next() ? cursor.id() : StreamId.MIN;
    }

    /** Whether there is a live entry of this ID. */
    public static boolean has(Place place, StreamId id) {
        return StreamCursor.upwards(place, id, id).next();
    }

    /** How many nodes it has. */
    public static long nodes(Place place) {
        return IdTree.size(StreamRoot.nodes(root(place)));
    }

    /** Is told of a node. */
    @FunctionalInterface
    public interface NodeVisitor {
        void node(long ms, long seq, long pack);
    }

    /** Tells of its nodes in their order, by the ID and the listpack of each. */
    public static void eachNode(Place place, NodeVisitor visitor) {
        IdTree.Cursor cursor = new IdTree.Cursor(IdTree.NODES, StreamRoot.nodes(root(place)));
        for (boolean is = cursor.first(); is; is = cursor.next()) {
            long pack = StreamNode.pack(StreamNode.of(cursor.entry()));
            visitor.node(cursor.ms(), cursor.seq(), pack);
        }
    }

    /** How many groups it has. */
    public static int groups(Place place) {
        return NameIndex.count(StreamRoot.groups(root(place)));
    }

    /** One of them, in the order of their names. */
    public static long group(Place place, int index) {
        return NameIndex.get(StreamRoot.groups(root(place)), index);
    }

    /** The group of a name, or 0. */
    public static long group(Place place, long name, int length) {
        return place.exists()
                ? StreamGroup.BY_NAME.find(StreamRoot.groups(root(place)), name, length)
                : 0;
    }

    /** The group of a name that is on the heap, or 0. */
    public static long group(Place place, byte[] name) {
        NativeBuffer copy = new NativeBuffer(place.stripe().slabs(), Math.max(name.length, 1));
        copy.put(name);
        long group = group(place, copy.address(), name.length);
        copy.free();
        return group;
    }

    // ---- Entries

    /** Makes it, without entries. */
    public static void create(Place place) {
        Apply.createLarge(place, Item.TYPE_STREAM, StreamRoot.make(place.stripe()));
    }

    private static long changed(Place place) {
        place.stripe().beforeChange(place.database(), place.item());
        return root(place);
    }

    /** As {@link #changed}, before the stream's own facts change. */
    private static long factsChanged(Place place) {
        long root = changed(place);
        StreamPart.beforeChange(place, root, StreamRoot.part(root));
        return root;
    }

    /**
     * Whether the next entry needs a node of its own.
     *
     * @param bytes of its names and values together
     * @param nodeBytes from how many bytes on a node takes no more; 0: as many as there can be
     * @param nodeEntries how many it takes; 0: any
     */
    public static boolean needsNode(Place place, long bytes, long nodeBytes, long nodeEntries) {
        long tail = place.exists() ? IdTree.NODES.lastEntry(StreamRoot.nodes(root(place))) : 0;
        if (tail == 0) {
            return true;
        }
        long pack = StreamNode.pack(StreamNode.of(tail));
        boolean bounded = nodeBytes > 0 && nodeBytes <= StreamPack.ENTRY_BYTES_MAX;
        long most = bounded ? nodeBytes : StreamPack.ENTRY_BYTES_MAX;
        return Listpack.bytes(pack) + bytes >= most
                || nodeEntries > 0
                        && StreamPack.live(pack) + StreamPack.deleted(pack) >= nodeEntries;
    }

    /** True if an entry of so many bytes is too long to be one. */
    public static boolean isTooLong(long bytes) {
        return bytes > StreamPack.ENTRY_BYTES_MAX;
    }

    /**
     * Adds an entry, whose ID is above the last, and makes the stream if there is none.
     *
     * @param ownNode it begins a new node; it must where there is none
     */
    public static void add(Place place, long ms, long seq, boolean ownNode, StreamFields fields) {
        if (!place.exists()) {
            create(place);
        }
        long root = factsChanged(place);
        long tail = IdTree.NODES.lastEntry(StreamRoot.nodes(root));
        if (ownNode) {
            if (tail != 0) {
                StreamNode.fit(place.stripe(), root, StreamNode.of(tail));
            }
            long node = StreamNode.make(place, root, ms, seq, fields);
            StreamPack.append(StreamNode.pack(node), fields, 0, 0);
        } else {
            long node = StreamNode.of(tail);
            StreamPart.beforeChange(place, root, node);
            long bytes = Listpack.bytes(StreamNode.pack(node)) + StreamPack.bytes(fields);
            StreamNode.makeRoom(place.stripe(), root, node, bytes);
            StreamPack.append(
                    StreamNode.pack(node),
                    fields,
                    ms - StreamNode.ms(node),
                    seq - StreamNode.seq(node));
        }
        added(root, ms, seq);
    }

    private static void added(long root, long ms, long seq) {
        long length = StreamRoot.length(root) + 1;
        StreamRoot.length(root, length);
        StreamRoot.added(root, StreamRoot.added(root) + 1);
        StreamRoot.last(root, ms, seq);
        if (length == 1) {
            StreamRoot.first(root, ms, seq);
        }
    }

    /** False if an entry cannot be added to the last node: there is none. */
    public static boolean hasNode(Place place) {
        return place.exists() && nodes(place) > 0;
    }

    /** Deletes an entry; false if it is not there. {@link #endDelete} follows the last of them. */
    public static boolean delete(Place place, long ms, long seq) {
        StreamId id = new StreamId(ms, seq);
        StreamCursor cursor = StreamCursor.upwards(place, id, id);
        if (!cursor.next()) {
            return false;
        }
        long root = factsChanged(place);
        if (id.isAfter(StreamRoot.deleted(root))) {
            StreamRoot.deleted(root, ms, seq);
        }
        deleteAt(place, root, cursor);
        return true;
    }

    private static void deleteAt(Place place, long root, StreamCursor cursor) {
        StreamRoot.length(root, StreamRoot.length(root) - 1);
        long node = cursor.node();
        if (StreamPack.live(cursor.pack()) == 1) {
            StreamNode.remove(place, root, node);
            return;
        }
        StreamPart.beforeChange(place, root, node);
        StreamPack.delete(cursor.address());
        count(place.stripe(), root, node, 1);
    }

    /** So many entries of a node are deleted. */
    private static void count(Stripe stripe, long root, long node, long deleted) {
        long bytes = (long) Listpack.bytes(StreamNode.pack(node)) + StreamPack.COUNTS_GROW_BYTES;
        StreamNode.makeRoom(stripe, root, node, bytes);
        StreamPack.count(StreamNode.pack(node), -deleted, deleted);
    }

    /** Notes which entry is the first, where it was deleted. */
    public static void endDelete(Place place) {
        long root = factsChanged(place);
        if (StreamRoot.length(root) == 0) {
            StreamRoot.first(root, 0, 0);
        } else if (!has(place, StreamRoot.first(root))) {
            noteFirst(place, root);
        }
    }

    private static void noteFirst(Place place, long root) {
        StreamCursor cursor = StreamCursor.upwards(place, StreamId.MIN, StreamId.MAX);
        if (cursor.next()) {
            StreamRoot.first(root, cursor.ms(), cursor.seq());
        }
    }

    /** Sets the last ID, how many entries were ever added, and the greatest deleted ID. */
    public static void set(Place place, StreamId last, long added, StreamId deleted) {
        long root = factsChanged(place);
        StreamRoot.last(root, last.ms(), last.seq());
        StreamRoot.added(root, added);
        StreamRoot.deleted(root, deleted.ms(), deleted.seq());
    }

    /** Sets what a dump tells of a stream whose nodes are all there. */
    public static void load(Place place, long length, StreamId first) {
        long root = factsChanged(place);
        StreamRoot.length(root, length);
        StreamRoot.first(root, first.ms(), first.seq());
    }

    /**
     * Adds a node from a stranger, behind all others.
     *
     * @param order is told the IDs of its live entries
     * @return what is wrong with it, empty if nothing
     */
    public static String addNode(
            Place place, long ms, long seq, long pack, long bytes, StreamOrder order) {
        if (!order.begins(ms, seq)) {
            return "order of nodes";
        }
        String wrong =
                StreamPack.check(pack, bytes, (more, next) -> order.follows(ms + more, seq + next));
        if (wrong.isEmpty()) {
            StreamNode.copy(place, changed(place), ms, seq, pack);
        }
        return wrong;
    }

    // ---- Trimming

    /** Says what is to be trimmed. */
    public interface Trimming {
        /** Whether nothing more is to go, where so many entries are left. */
        boolean isEnough(long left);

        /**
         * Whether a node may go whole, with so many live entries, of so many that are left, the
         * last with this ID.
         */
        boolean takesNode(long left, long live, long lastMs, long lastSeq);

        /** Whether nothing more is to go, where so many entries are left and this is the next. */
        boolean endsBefore(long left, long ms, long seq);
    }

    /**
     * What is to be cut off, though nothing is yet.
     *
     * @param whole only whole nodes
     * @param limit how many entries at most; 0: any
     */
    public static StreamTrim plan(Place place, Trimming trimming, boolean whole, long limit) {
        long left = length(place);
        long nodes = 0;
        long removed = 0;
        IdTree.Cursor cursor = new IdTree.Cursor(IdTree.NODES, StreamRoot.nodes(root(place)));
        for (boolean is = cursor.first(); is && !trimming.isEnough(left); is = cursor.next()) {
            long pack = StreamNode.pack(StreamNode.of(cursor.entry()));
            long live = StreamPack.live(pack);
            if (limit > 0 && removed + live > limit) {
                break;
            }
            if (!takesNode(trimming, left, live, pack, cursor)) {
                long entries = whole ? 0 : entries(trimming, left, pack, cursor);
                return new StreamTrim(nodes, entries, removed + entries);
            }
            nodes++;
            removed += live;
            left -= live;
        }
        return new StreamTrim(nodes, 0, removed);
    }

    private static boolean takesNode(
            Trimming trimming, long left, long live, long pack, IdTree.Cursor node) {
        long last = StreamPack.lastEntry(pack);
        long msAt = Listpack.next(last);
        return trimming.takesNode(
                left,
                live,
                node.ms() + Listpack.integer(msAt),
                node.seq() + Listpack.integer(Listpack.next(msAt)));
    }

    private static long entries(Trimming trimming, long left, long pack, IdTree.Cursor node) {
        long entries = 0;
        long at = StreamPack.firstEntry(pack);
        while (!Listpack.isEnd(at)) {
            long msAt = Listpack.next(at);
            long ms = node.ms() + Listpack.integer(msAt);
            long seq = node.seq() + Listpack.integer(Listpack.next(msAt));
            if (trimming.endsBefore(left - entries, ms, seq)) {
                return entries;
            }
            entries += StreamPack.isDeleted(at) ? 0 : 1;
            at = StreamPack.nextEntry(pack, at);
        }
        return entries;
    }

    /** Cuts entries off the front; there are as many nodes and entries. */
    public static void trim(Place place, StreamTrim trim) {
        long root = factsChanged(place);
        long tree = StreamRoot.nodes(root);
        IdTree.Cursor cursor = new IdTree.Cursor(IdTree.NODES, tree);
        long removed = 0;
        for (long left = trim.nodes(); left > 0 && cursor.first(); left--) {
            long node = StreamNode.of(cursor.entry());
            removed += StreamPack.live(StreamNode.pack(node));
            StreamNode.remove(place, root, node);
        }
        if (trim.entries() > 0 && cursor.first()) {
            removed += deleteFirst(place, root, StreamNode.of(cursor.entry()), trim.entries());
        }
        StreamRoot.length(root, StreamRoot.length(root) - removed);
        if (StreamRoot.length(root) == 0) {
            StreamRoot.first(root, 0, 0);
        } else {
            noteFirst(place, root);
        }
    }

    private static long deleteFirst(Place place, long root, long node, long entries) {
        StreamPart.beforeChange(place, root, node);
        long pack = StreamNode.pack(node);
        long deleted = 0;
        long at = StreamPack.firstEntry(pack);
        while (deleted < entries && !Listpack.isEnd(at)) {
            if (!StreamPack.isDeleted(at)) {
                StreamPack.delete(at);
                deleted++;
            }
            at = StreamPack.nextEntry(pack, at);
        }
        count(place.stripe(), root, node, deleted);
        return deleted;
    }

    // ---- Groups

    /**
     * Sets how far a group has read, and makes the group, or the stream, if there is none.
     *
     * @param read how many entries that is since the stream began, or {@link StreamGroup#UNKNOWN}
     */
    public static void putGroup(Place place, long name, int length, StreamId last, long read) {
        if (!place.exists()) {
            create(place);
        }
        long root = changed(place);
        long group = group(place, name, length);
        if (group == 0) {
            StreamPart.beforeChange(place, root, StreamRoot.part(root));
            long number = StreamRoot.takeNumber(root);
            group = StreamGroup.make(place.stripe(), root, number, name, length);
            StreamGroup.BY_NAME.add(place.stripe(), root, StreamRoot.groups(root), group);
        }
        readUpTo(place, group, last, read);
    }

    /** Sets how far a group has read, see {@link #putGroup}. */
    public static void readUpTo(Place place, long group, StreamId last, long read) {
        StreamPart.beforeChange(place, changed(place), group);
        StreamGroup.last(group, last.ms(), last.seq());
        StreamGroup.read(group, read);
    }

    /**
     * Takes a group out, with all its consumers and what is pending, which is freed later: it may
     * be much.
     */
    public static void removeGroup(Place place, long group) {
        long root = changed(place);
        Stripe stripe = place.stripe();
        StreamGroup.BY_NAME.remove(stripe, root, StreamRoot.groups(root), group);
        long rest = StreamRoot.make(stripe);
        StreamPart.moveGroup(root, group, rest);
        long bytes = StreamGroup.bytes(group);
        Root.addBytes(root, -bytes);
        Root.addBytes(rest, bytes);
        StreamGroup.BY_NAME.add(stripe, rest, StreamRoot.groups(rest), group);
        stripe.discard(place.database(), place.item(), rest);
    }

    /** Makes a consumer of a group that has none of this name; returns it. */
    public static long addConsumer(
            Place place, long group, long name, int length, long seenMillis) {
        long root = factsChanged(place);
        Stripe stripe = place.stripe();
        long number = StreamRoot.takeNumber(root);
        long consumer = StreamConsumer.make(stripe, root, number, group, name, length);
        StreamConsumer.seenMillis(consumer, seenMillis);
        StreamConsumer.BY_NAME.add(stripe, root, StreamGroup.consumerIndex(group), consumer);
        return consumer;
    }

    /** Notes that a consumer was seen. */
    public static void see(Place place, long consumer, long millis) {
        StreamPart.beforeChange(place, changed(place), consumer);
        StreamConsumer.seenMillis(consumer, millis);
    }

    /** Takes a consumer out, and of its group what is pending for it. */
    public static void removeConsumer(Place place, long group, long consumer) {
        long root = changed(place);
        IdTree.Cursor owned = new IdTree.Cursor(IdTree.OWNED, StreamConsumer.pendingTree(consumer));
        long tree = StreamGroup.pendingTree(group);
        for (boolean is = owned.first(); is; is = owned.next()) {
            IdTree.PENDING.remove(place, root, tree, owned.ms(), owned.seq());
        }
        dropConsumer(place, root, group, consumer);
    }

    /** Takes a consumer out; its group's entries are seen to. */
    private static void dropConsumer(Place place, long root, long group, long consumer) {
        Stripe stripe = place.stripe();
        while (!IdTree.OWNED.freeLast(
                stripe, root, StreamConsumer.pendingTree(consumer), entry -> {})) {
            // Leaf by leaf.
        }
        StreamConsumer.BY_NAME.remove(stripe, root, StreamGroup.consumerIndex(group), consumer);
        StreamPart.beforeChange(place, root, consumer);
        StreamPart.unlink(root, consumer);
        Root.free(stripe, root, consumer);
    }

    // ---- What is pending

    /** An entry is delivered: it is pending for this consumer from now on. */
    public static void pend(
            Place place, long group, long consumer, StreamId id, long timeMillis, long deliveries) {
        changed(place);
        Pending.put(place, group, consumer, id.ms(), id.seq(), timeMillis, deliveries);
    }

    /** From a dump: an entry is pending, for whom comes later; false if it is there already. */
    public static boolean loadPending(
            Place place, long group, StreamId id, long timeMillis, long deliveries) {
        long root = changed(place);
        if (isPending(group, id)) {
            return false;
        }
        long tree = StreamGroup.pendingTree(group);
        long entry = IdTree.PENDING.insert(place, root, tree, group, id.ms(), id.seq());
        Pending.put(entry, timeMillis, deliveries, 0);
        return true;
    }

    /** From a dump: for whom an entry is pending; false if it is not, or is another's. */
    public static boolean loadOwner(Place place, long group, long consumer, StreamId id) {
        long entry = Pending.find(group, id.ms(), id.seq());
        if (entry == 0 || Pending.consumer(entry) != 0) {
            return false;
        }
        Pending.ownCopy(place, group, consumer, id.ms(), id.seq());
        return true;
    }

    /** Whether an entry is pending in a group. */
    public static boolean isPending(long group, StreamId id) {
        return Pending.find(group, id.ms(), id.seq()) != 0;
    }

    /** An entry is acknowledged; false if it is not pending. */
    public static boolean acknowledge(Place place, long group, long ms, long seq) {
        changed(place);
        return Pending.remove(place, group, ms, seq);
    }

    /**
     * Up to so many of a consumer's pending entries, from an ID on, are delivered again: those that
     * are still in the stream.
     */
    public static void deliverAgain(
            Place place, long group, long consumer, StreamId from, long count, long timeMillis) {
        long root = changed(place);
        IdTree.Cursor owned = new IdTree.Cursor(IdTree.OWNED, StreamConsumer.pendingTree(consumer));
        long left = count;
        for (boolean is = owned.from(from.ms(), from.seq()); is && left > 0; is = owned.next()) {
            left--;
            if (has(place, new StreamId(owned.ms(), owned.seq()))) {
                Pending.again(place, root, group, owned.ms(), owned.seq(), timeMillis);
            }
        }
    }

    /**
     * Delivers an entry to a consumer, as far as its group has read.
     *
     * @param pends whether it is pending until it is acknowledged
     */
    public static void deliver(
            Place place,
            long group,
            long consumer,
            long ms,
            long seq,
            boolean pends,
            long timeMillis) {
        long root = changed(place);
        StreamPart.beforeChange(place, root, group);
        StreamProgress.read(root, group, ms, seq);
        if (pends) {
            Pending.put(place, group, consumer, ms, seq, timeMillis, 1);
        }
    }
}
