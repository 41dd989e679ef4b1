package dev.millrace.kv.rdb;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.Pending;
import dev.millrace.kv.collection.StreamConsumer;
import dev.millrace.kv.collection.StreamGroup;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamOrder;
import dev.millrace.kv.collection.StreamProgress;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Place;

/**
 * A stream as dumps have it. Numbers are lengths, IDs two of them, unless it says raw: two of eight
 * bytes, big-endian. Times are ms since 1970 in eight bytes.
 *
 * <pre>
 * nodes { string of a raw ID, string of a listpack } ...
 *   | entries | last ID | [ first ID | greatest deleted ID | entries ever added ]
 *   | groups { name | last ID | [ entries read ]
 *       | pending { raw ID, time, deliveries } ...
 *       | consumers { name | time it was seen | pending { raw ID } ... } ... } ...
 * </pre>
 *
 * <p>What is in brackets Redis writes since 7.0. Nothing is believed: nodes, live entries and what
 * is pending must be in order and be as many as is said, and all that is pending must have one
 * consumer.
 */
final class DumpedStream {
    private static final int RAW_ID_BYTES = 16;
    private static final int TIME_BYTES = 8;

    /** A node takes at least so many bytes, and so do a group and a consumer. */
    private static final int NODE_BYTES_MIN = 18;

    private static final int GROUP_BYTES_MIN = 5;
    private static final int CONSUMER_BYTES_MIN = 10;
    private static final int PENDING_BYTES_MIN = RAW_ID_BYTES + TIME_BYTES + 1;

    private final Element name = new Element();
    private final Element pack = new Element();
    private final NativeBuffer nameCopy = new NativeBuffer(64);

    // ---- Reading

    /**
     * Reads one into a place where nothing is.
     *
     * @param early as Redis wrote it before 7.0
     */
    void read(DumpReader in, Place place, boolean early) {
        StreamValue.create(place);
        StreamOrder order = new StreamOrder();
        for (long left = in.countOrNone(NODE_BYTES_MIN); left > 0; left--) {
            readNode(in, place, order);
        }
        readFacts(in, place, order, early);
        for (long left = in.countOrNone(GROUP_BYTES_MIN); left > 0; left--) {
            readGroup(in, place, early);
        }
        nameCopy.shrink();
    }

    private void readNode(DumpReader in, Place place, StreamOrder order) {
        in.string(name);
        if (name.length() != RAW_ID_BYTES) {
            throw in.bad("a stream's node named by " + name.length() + " bytes");
        }
        StreamId id = rawId(name.address());
        in.otherString(pack);
        String wrong =
                StreamValue.addNode(place, id.ms(), id.seq(), pack.address(), pack.length(), order);
        if (!wrong.isEmpty()) {
            throw in.bad("a stream's node: " + wrong);
        }
    }

    private static StreamId rawId(long at) {
        return new StreamId(
                Long.reverseBytes(Memory.getLong(at)),
                Long.reverseBytes(Memory.getLong(at + Long.BYTES)));
    }

    private static StreamId id(DumpReader in) {
        return new StreamId(in.unsigned(), in.unsigned());
    }

    private static void readFacts(DumpReader in, Place place, StreamOrder order, boolean early) {
        long length = in.unsigned();
        if (length != order.entries()) {
            throw in.bad("a stream of " + length + " entries that has " + order.entries());
        }
        StreamId last = id(in);
        if (order.last().isAfter(last)) {
            throw in.bad("a stream whose last ID is not its last entry's");
        }
        StreamId first = early ? StreamValue.firstLive(place) : id(in);
        StreamId deleted = early ? StreamId.MIN : id(in);
        long added = early ? length : in.unsigned();
        StreamValue.load(place, length, first);
        StreamValue.set(place, last, added, deleted);
    }

    private void readGroup(DumpReader in, Place place, boolean early) {
        in.string(name);
        nameCopy.clear();
        nameCopy.put(name.address(), name.length());
        int length = name.length();
        if (StreamValue.group(place, nameCopy.address(), length) != 0) {
            throw in.bad("a stream's group that is there already");
        }
        StreamId last = id(in);
        long read = early ? StreamProgress.upTo(place, last) : in.unsigned();
        StreamValue.putGroup(place, nameCopy.address(), length, last, read);
        long group = StreamValue.group(place, nameCopy.address(), length);
        for (long left = in.countOrNone(PENDING_BYTES_MIN); left > 0; left--) {
            StreamId id = rawId(in.skip(RAW_ID_BYTES));
            if (!StreamValue.loadPending(place, group, id, in.i64(), in.unsigned())) {
                throw in.bad("a pending entry that is there already");
            }
        }
        readConsumers(in, place, group);
    }

    private void readConsumers(DumpReader in, Place place, long group) {
        long owned = 0;
        for (long left = in.countOrNone(CONSUMER_BYTES_MIN); left > 0; left--) {
            in.string(name);
            if (StreamGroup.consumer(group, name.address(), name.length()) != 0) {
                throw in.bad("a stream's consumer that is there already");
            }
            long consumer =
                    StreamValue.addConsumer(place, group, name.address(), name.length(), in.i64());
            for (long ids = in.countOrNone(RAW_ID_BYTES); ids > 0; ids--) {
                StreamId id = rawId(in.skip(RAW_ID_BYTES));
                if (!StreamValue.loadOwner(place, group, consumer, id)) {
                    throw in.bad("a consumer's entry that is not pending, or another's");
                }
                owned++;
            }
        }
        if (owned != StreamGroup.pending(group)) {
            throw in.bad("a pending entry without a consumer");
        }
    }

    // ---- Writing

    /** Writes all of one, as Redis 7.0 does. */
    void write(Place place, DumpWriter out) {
        out.length(StreamValue.nodes(place));
        StreamValue.eachNode(
                place,
                (ms, seq, node) -> {
                    writeNodeName(ms, seq, out);
                    out.string(node, Listpack.bytes(node));
                });
        writeRest(place, out);
    }

    /** Writes what a node is named by. */
    static void writeNodeName(long ms, long seq, DumpWriter out) {
        out.length(RAW_ID_BYTES);
        writeRawId(ms, seq, out);
    }

    private static void writeRawId(long ms, long seq, DumpWriter out) {
        out.i64(Long.reverseBytes(ms));
        out.i64(Long.reverseBytes(seq));
    }

    private static void writeRawId(StreamId id, DumpWriter out) {
        writeRawId(id.ms(), id.seq(), out);
    }

    private static void writeId(StreamId id, DumpWriter out) {
        out.unsigned(id.ms());
        out.unsigned(id.seq());
    }

    /** Writes what follows the nodes. */
    static void writeRest(Place place, DumpWriter out) {
        out.unsigned(StreamValue.length(place));
        writeId(StreamValue.last(place), out);
        writeId(StreamValue.first(place), out);
        writeId(StreamValue.deleted(place), out);
        out.unsigned(StreamValue.added(place));
        out.length(StreamValue.groups(place));
        for (int i = 0; i < StreamValue.groups(place); i++) {
            writeGroup(StreamValue.group(place, i), out);
        }
    }

    private static void writeGroup(long group, DumpWriter out) {
        out.string(StreamGroup.name(group), StreamGroup.nameLength(group));
        writeId(StreamGroup.last(group), out);
        out.unsigned(StreamGroup.read(group));
        out.length(StreamGroup.pending(group));
        Pending pending = Pending.of(group);
        for (boolean is = pending.from(StreamId.MIN); is; is = pending.next()) {
            writeRawId(pending.id(), out);
            out.i64(pending.timeMillis());
            out.unsigned(pending.deliveries());
        }
        out.length(StreamGroup.consumers(group));
        for (int i = 0; i < StreamGroup.consumers(group); i++) {
            writeConsumer(group, StreamGroup.consumer(group, i), out);
        }
    }

    private static void writeConsumer(long group, long consumer, DumpWriter out) {
        out.string(StreamConsumer.name(consumer), StreamConsumer.nameLength(consumer));
        out.i64(StreamConsumer.seenMillis(consumer));
        out.length(StreamConsumer.pending(consumer));
        Pending owned = Pending.of(group, consumer);
        for (boolean is = owned.from(StreamId.MIN); is; is = owned.next()) {
            writeRawId(owned.id(), out);
        }
    }
}
