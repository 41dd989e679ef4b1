package dev.millrace.kv.collection;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of a stream. Groups and consumers have a number each, by which other parts name them.
 *
 * <pre>
 * stream:   u8 0 | its facts, see {@link StreamRoot}
 * node:     u8 1 | u64 ms | u64 seq | varint bytes | listpack
 * group:    u8 2 | u64 number | last ID | i64 entries read | varint bytes | name
 * consumer: u8 3 | u64 number | u64 group's | i64 ms it was seen | varint bytes | name
 * pending:  u8 4 | u64 group's number | varint bytes | { ID, i64 time, i64 deliveries, u64 consumer's } ...
 * </pre>
 *
 * <p>While they are loaded, consumers and what is pending wait in the stream's ring for their
 * group.
 */
public final class StreamParts implements Parts {
    static final StreamParts INSTANCE = new StreamParts();

    private static final int FREED_AT_ONCE = 16;
    private static final int PENDING_BYTES = 40;

    private StreamParts() {}

    /** Them. */
    public static StreamParts instance() {
        return INSTANCE;
    }

    // ---- Freeing

    @Override
    public boolean freeSome(Stripe stripe, long root) {
        for (int i = 0; i < FREED_AT_ONCE; i++) {
            if (freeOne(stripe, root)) {
                return true;
            }
        }
        return false;
    }

    /** Frees a part, or a leaf of a tree; true when nothing is left. */
    private static boolean freeOne(Stripe stripe, long root) {
        if (IdTree.size(StreamRoot.nodes(root)) > 0) {
            IdTree.NODES.freeLast(
                    stripe,
                    root,
                    StreamRoot.nodes(root),
                    entry -> StreamNode.free(stripe, root, StreamNode.of(entry)));
            return false;
        }
        long groups = StreamRoot.groups(root);
        if (NameIndex.count(groups) > 0) {
            long group = NameIndex.get(groups, NameIndex.count(groups) - 1);
            if (freeOneOf(stripe, root, group)) {
                StreamGroup.BY_NAME.remove(stripe, root, groups, group);
                freePart(stripe, root, group);
            }
            return false;
        }
        // What was loaded and never came to its group.
        long rest = StreamPart.next(StreamRoot.part(root));
        if (rest == StreamRoot.part(root)) {
            return true;
        }
        freePart(stripe, root, rest);
        return false;
    }

    private static boolean freeOneOf(Stripe stripe, long root, long group) {
        int consumers = StreamGroup.consumers(group);
        if (consumers == 0) {
            return IdTree.PENDING.freeLast(
                    stripe, root, StreamGroup.pendingTree(group), entry -> {});
        }
        long consumer = StreamGroup.consumer(group, consumers - 1);
        long tree = StreamConsumer.pendingTree(consumer);
        if (IdTree.OWNED.freeLast(stripe, root, tree, entry -> {})) {
            StreamConsumer.BY_NAME.remove(stripe, root, StreamGroup.consumerIndex(group), consumer);
            freePart(stripe, root, consumer);
        }
        return false;
    }

    private static void freePart(Stripe stripe, long root, long part) {
        StreamPart.unlink(root, part);
        Root.free(stripe, root, part);
    }

    // ---- Copying

    @Override
    public void copy(long root, Place to) {
        createEmpty(to);
        long copy = Item.root(to.item());
        Memory.copy(
                StreamRoot.facts(StreamRoot.part(root)),
                StreamRoot.facts(StreamRoot.part(copy)),
                StreamRoot.FACTS_BYTES);
        IdTree.Cursor nodes = new IdTree.Cursor(IdTree.NODES, StreamRoot.nodes(root));
        for (boolean is = nodes.first(); is; is = nodes.next()) {
            long node = StreamNode.of(nodes.entry());
            StreamNode.copy(to, copy, nodes.ms(), nodes.seq(), StreamNode.pack(node));
        }
        long groups = StreamRoot.groups(root);
        for (int i = 0; i < NameIndex.count(groups); i++) {
            copyGroup(NameIndex.get(groups, i), to, copy);
        }
    }

    private static void copyGroup(long group, Place to, long copy) {
        Stripe stripe = to.stripe();
        long name = StreamGroup.name(group);
        int length = StreamGroup.nameLength(group);
        long fresh = StreamGroup.make(stripe, copy, StreamGroup.number(group), name, length);
        StreamGroup.last(fresh, StreamGroup.last(group).ms(), StreamGroup.last(group).seq());
        StreamGroup.read(fresh, StreamGroup.read(group));
        StreamGroup.BY_NAME.add(stripe, copy, StreamRoot.groups(copy), fresh);
        long tree = StreamGroup.pendingTree(fresh);
        IdTree.Cursor pending = new IdTree.Cursor(IdTree.PENDING, StreamGroup.pendingTree(group));
        for (boolean is = pending.first(); is; is = pending.next()) {
            long entry = pending.entry();
            Pending.put(
                    IdTree.PENDING.insert(to, copy, tree, fresh, pending.ms(), pending.seq()),
                    Pending.time(entry),
                    Pending.deliveries(entry),
                    0);
        }
        for (int i = 0; i < StreamGroup.consumers(group); i++) {
            copyConsumer(StreamGroup.consumer(group, i), to, copy, fresh);
        }
    }

    private static void copyConsumer(long consumer, Place to, long copy, long group) {
        long fresh =
                StreamConsumer.make(
                        to.stripe(),
                        copy,
                        StreamConsumer.number(consumer),
                        group,
                        StreamConsumer.name(consumer),
                        StreamConsumer.nameLength(consumer));
        StreamConsumer.seenMillis(fresh, StreamConsumer.seenMillis(consumer));
        StreamConsumer.BY_NAME.add(to.stripe(), copy, StreamGroup.consumerIndex(group), fresh);
        IdTree.Cursor owned = new IdTree.Cursor(IdTree.OWNED, StreamConsumer.pendingTree(consumer));
        for (boolean is = owned.first(); is; is = owned.next()) {
            Pending.ownCopy(to, group, fresh, owned.ms(), owned.seq());
        }
    }

    // ---- Checkpoints

    @Override
    public void each(long root, Visitor visitor) {
        long first = StreamRoot.part(root);
        long part = first;
        do {
            visitor.part(part);
            part = StreamPart.after(part);
        } while (part != first);
    }

    /** The cursor is kept in the root, where changes of the ring move it: 1 says that it is. */
    @Override
    public long walk(Stripe stripe, long root, long cursor, Visitor visitor) {
        long first = StreamRoot.part(root);
        long part = cursor == 0 ? first : StreamRoot.walk(root);
        if (cursor != 0 && part == first) {
            StreamRoot.walk(root, 0);
            return 0;
        }
        if (!StreamPart.isWritten(stripe, part)) {
            visitor.part(part);
            StreamPart.written(stripe, part);
        }
        part = StreamPart.after(part);
        StreamRoot.walk(root, part == first ? 0 : part);
        return part == first ? 0 : 1;
    }

    @Override
    public void write(long part, NativeBuffer out) {
        int kind = StreamPart.kind(part);
        out.putByte(StreamPart.kind(part));
        switch (kind) {
            case StreamPart.STREAM -> out.put(StreamRoot.facts(part), StreamRoot.FACTS_BYTES);
            case StreamPart.NODE -> {
                putId(out, StreamNode.ms(part), StreamNode.seq(part));
                putBytes(out, StreamNode.pack(part), Listpack.bytes(StreamNode.pack(part)));
            }
            case StreamPart.GROUP -> {
                out.putLong(StreamGroup.number(part));
                putId(out, StreamGroup.last(part).ms(), StreamGroup.last(part).seq());
                out.putLong(StreamGroup.read(part));
                putBytes(out, StreamGroup.name(part), StreamGroup.nameLength(part));
            }
            case StreamPart.CONSUMER -> {
                out.putLong(StreamConsumer.number(part));
                out.putLong(StreamGroup.number(StreamConsumer.group(part)));
                out.putLong(StreamConsumer.seenMillis(part));
                putBytes(out, StreamConsumer.name(part), StreamConsumer.nameLength(part));
            }
            case StreamPart.PENDING -> writePending(part, out);
            default -> throw new AssertionError("stream's part of kind " + kind);
        }
    }

    private static void writePending(long leaf, NativeBuffer out) {
        out.putLong(StreamGroup.number(IdTree.owner(leaf)));
        int count = IdTree.count(leaf);
        out.putVarint((long) count * PENDING_BYTES);
        for (int i = 0; i < count; i++) {
            long entry = IdTree.PENDING.entry(leaf, i);
            putId(out, IdTree.ms(entry), IdTree.seq(entry));
            out.putLong(Pending.time(entry));
            out.putLong(Pending.deliveries(entry));
            out.putLong(StreamConsumer.number(Pending.consumer(entry)));
        }
    }

    private static void putId(NativeBuffer out, long ms, long seq) {
        out.putLong(ms);
        out.putLong(seq);
    }

    private static void putBytes(NativeBuffer out, long address, int length) {
        out.putVarint(length);
        out.put(address, length);
    }

    /** Entries, groups, consumers, and what is pending, together. */
    @Override
    public long size(long root) {
        long size = StreamRoot.length(root);
        long groups = StreamRoot.groups(root);
        for (int i = 0; i < NameIndex.count(groups); i++) {
            long group = NameIndex.get(groups, i);
            size += 1 + StreamGroup.consumers(group) + StreamGroup.pending(group);
        }
        return size;
    }

    // ---- Loading

    @Override
    public void createEmpty(Place place) {
        StreamValue.create(place);
    }

    /** Whether the part that is written at {@code at} is a node. */
    public static boolean isNode(long at) {
        return Memory.getByte(at) == StreamPart.NODE;
    }

    /** How many live entries a node's listpack has. */
    public static long liveEntries(long pack) {
        return StreamPack.live(pack);
    }

    @Override
    public long load(Place place, long at, long end) {
        StoredPart part = new StoredPart();
        long root = Item.root(place.item());
        if (at < end && isNode(at)) {
            long after = read(part, at, end);
            long ms = part.id().ms();
            long seq = part.id().seq();
            if (IdTree.NODES.find(StreamRoot.nodes(root), ms, seq) != 0) {
                throw PartReader.twice();
            }
            StreamNode.copy(place, root, ms, seq, part.value());
            return after;
        }
        return new StreamLoading(place.stripe(), root).load(at, end);
    }

    /** Reads a node, passes over anything else. */
    @Override
    public long read(StoredPart into, long at, long end) {
        PartReader in = new PartReader(at, end);
        int kind = in.u8();
        switch (kind) {
            case StreamPart.STREAM -> in.skip(StreamRoot.FACTS_BYTES);
            case StreamPart.NODE -> readNode(into, in);
            case StreamPart.GROUP -> {
                in.skip(32);
                in.skip(in.length());
            }
            case StreamPart.CONSUMER -> {
                in.skip(24);
                in.skip(in.length());
            }
            case StreamPart.PENDING -> {
                in.skip(8);
                in.skip(in.length());
            }
            default -> throw new CorruptJournalException("kv stream's part of kind " + kind);
        }
        return in.at();
    }

    private static void readNode(StoredPart into, PartReader in) {
        StreamId id = new StreamId(in.i64(), in.i64());
        into.id(id);
        int bytes = in.length();
        long pack = in.skip(bytes);
        String wrong = StreamPack.check(pack, bytes, (ms, seq) -> true);
        if (!wrong.isEmpty()) {
            throw new CorruptJournalException("kv stream's node: " + wrong);
        }
        into.value(pack, bytes);
    }

    @Override
    public void loaded(Stripe stripe, long root) {
        new StreamLoading(stripe, root).join();
        checkEntries(root);
    }

    /** As {@link #loaded}, where its nodes are elsewhere. */
    public void loadedWithoutNodes(Stripe stripe, long root) {
        new StreamLoading(stripe, root).join();
    }

    private static void checkEntries(long root) {
        long live = 0;
        StreamOrder order = new StreamOrder();
        IdTree.Cursor nodes = new IdTree.Cursor(IdTree.NODES, StreamRoot.nodes(root));
        for (boolean is = nodes.first(); is; is = nodes.next()) {
            long pack = StreamNode.pack(StreamNode.of(nodes.entry()));
            live += StreamPack.live(pack);
            long ms = nodes.ms();
            long seq = nodes.seq();
            order.begins(ms, seq);
            String wrong =
                    StreamPack.check(
                            pack,
                            Listpack.bytes(pack),
                            (more, next) -> order.follows(ms + more, seq + next));
            if (!wrong.isEmpty()) {
                throw new CorruptJournalException("kv stream's node: " + wrong);
            }
        }
        if (live != StreamRoot.length(root)) {
            throw new CorruptJournalException(
                    "kv stream: " + live + " entries (expected: " + StreamRoot.length(root) + ")");
        }
    }

    /** What came in any order is put together. */
    private static final class StreamLoading {
        private final Stripe stripe;
        private final long root;

        StreamLoading(Stripe stripe, long root) {
            this.stripe = stripe;
            this.root = root;
        }

        /** Loads a part that is no node. */
        long load(long at, long end) {
            PartReader in = new PartReader(at, end);
            int kind = in.u8();
            switch (kind) {
                case StreamPart.STREAM -> facts(in);
                case StreamPart.GROUP -> group(in);
                case StreamPart.CONSUMER -> consumer(in);
                case StreamPart.PENDING -> pending(in);
                default -> throw new CorruptJournalException("kv stream's part of kind " + kind);
            }
            return in.at();
        }

        /** That they came is noted in the walk's place. */
        private void facts(PartReader in) {
            if (StreamRoot.walk(root) != 0) {
                throw PartReader.twice();
            }
            StreamRoot.walk(root, 1);
            Memory.copy(
                    in.skip(StreamRoot.FACTS_BYTES),
                    StreamRoot.facts(StreamRoot.part(root)),
                    StreamRoot.FACTS_BYTES);
        }

        private void group(PartReader in) {
            long number = in.i64();
            StreamId last = new StreamId(in.i64(), in.i64());
            long read = in.i64();
            int length = in.length();
            long group = StreamGroup.make(stripe, root, number, in.skip(length), length);
            StreamGroup.last(group, last.ms(), last.seq());
            StreamGroup.read(group, read);
            if (!StreamGroup.BY_NAME.add(stripe, root, StreamRoot.groups(root), group)) {
                throw PartReader.twice();
            }
        }

        private void consumer(PartReader in) {
            long number = in.i64();
            long group = in.i64();
            long seen = in.i64();
            int length = in.length();
            long consumer =
                    StreamConsumer.load(stripe, root, number, group, in.skip(length), length);
            StreamConsumer.seenMillis(consumer, seen);
        }

        /** A block in the ring: part's head | u64 group's number | u64 bytes | entries. */
        private void pending(PartReader in) {
            long group = in.i64();
            int bytes = in.length();
            long entries = in.skip(bytes);
            if (bytes % PENDING_BYTES != 0 || bytes == 0) {
                throw new CorruptJournalException("kv stream's pending: " + bytes + " bytes");
            }
            long block = Root.allocate(stripe, root, StreamPart.BYTES + 16L + bytes);
            StreamPart.link(stripe, StreamRoot.part(root), block, StreamPart.PENDING);
            Memory.putLong(block + StreamPart.BYTES, group);
            Memory.putLong(block + StreamPart.BYTES + 8, bytes);
            Memory.copy(entries, entriesOf(block), bytes);
        }

        private static long entriesOf(long block) {
            return block + StreamPart.BYTES + 16;
        }

        /** Gives consumers and what is pending to their groups. */
        void join() {
            if (StreamRoot.walk(root) == 0) {
                throw new CorruptJournalException("kv stream: its facts are missing");
            }
            StreamRoot.walk(root, 0);
            Map<Long, Long> groups = new HashMap<>();
            Map<Long, Long> consumers = new HashMap<>();
            List<Long> blocks = new ArrayList<>();
            INSTANCE.each(
                    root,
                    part -> {
                        switch (StreamPart.kind(part)) {
                            case StreamPart.GROUP ->
                                    putOnce(groups, StreamGroup.number(part), part);
                            case StreamPart.CONSUMER ->
                                    putOnce(consumers, StreamConsumer.number(part), part);
                            case StreamPart.PENDING -> blocks.add(part);
                            default -> {}
                        }
                    });
            consumers.values().forEach(consumer -> enter(groups, consumer));
            // In their order trees get full leaves.
            blocks.sort(Comparator.comparing(block -> StreamRoot.id(entriesOf(block))));
            Place place = new Place(stripe);
            blocks.forEach(block -> pend(place, groups, consumers, block));
        }

        private static void putOnce(Map<Long, Long> parts, long number, long part) {
            if (parts.put(number, part) != null) {
                throw PartReader.twice();
            }
        }

        private static long named(Map<Long, Long> parts, long number) {
            Long part = parts.get(number);
            if (part == null) {
                throw new CorruptJournalException("kv stream: no group or consumer " + number);
            }
            return part;
        }

        private void enter(Map<Long, Long> groups, long consumer) {
            long group = named(groups, StreamConsumer.group(consumer));
            StreamConsumer.group(consumer, group);
            StreamPart.move(root, consumer, StreamGroup.ring(group));
            long index = StreamGroup.consumerIndex(group);
            if (!StreamConsumer.BY_NAME.add(stripe, root, index, consumer)) {
                throw PartReader.twice();
            }
        }

        private void pend(
                Place place, Map<Long, Long> groups, Map<Long, Long> consumers, long block) {
            long group = named(groups, Memory.getLong(block + StreamPart.BYTES));
            long bytes = Memory.getLong(block + StreamPart.BYTES + 8);
            long tree = StreamGroup.pendingTree(group);
            for (long at = entriesOf(block); at < entriesOf(block) + bytes; at += PENDING_BYTES) {
                long ms = Memory.getLong(at);
                long seq = Memory.getLong(at + 8);
                long consumer = named(consumers, Memory.getLong(at + 32));
                if (Pending.find(group, ms, seq) != 0 || StreamConsumer.group(consumer) != group) {
                    throw PartReader.twice();
                }
                long entry = IdTree.PENDING.insert(place, root, tree, group, ms, seq);
                Pending.put(entry, Memory.getLong(at + 16), Memory.getLong(at + 24), consumer);
                Pending.own(place, root, consumer, ms, seq);
            }
            freePart(stripe, root, block);
        }
    }
}
