package dev.millrace.kv.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.collection.StreamConsumer;
import dev.millrace.kv.collection.StreamCursor;
import dev.millrace.kv.collection.StreamFields;
import dev.millrace.kv.collection.StreamGroup;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamTrim;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.command.Key;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

import java.util.Arrays;

/**
 * Changes of streams: as commands make them, and as a replay repeats them. IDs and times are those
 * that the command has chosen, never a replay's. A stream without entries remains.
 *
 * <p>Who watches the key is told of entries only, not of groups, as in Redis.
 */
public final class StreamEffects {
    /** Is told of an entry that is delivered. */
    @FunctionalInterface
    public interface Delivery {
        void entry(StreamCursor entry);
    }

    private final Effects effects;
    private final Run run;

    StreamEffects(Effects effects) {
        this.effects = effects;
        this.run = new Run(effects);
    }

    private static void putId(NativeBuffer out, long ms, long seq) {
        out.putLong(ms);
        out.putLong(seq);
    }

    private static void putId(NativeBuffer out, StreamId id) {
        putId(out, id.ms(), id.seq());
    }

    private static StreamId id(EffectReader in) {
        return new StreamId(in.i64(), in.i64());
    }

    // ---- Entries

    /**
     * Adds an entry above the last ID, and makes the stream if there is none.
     *
     * @param ownNode it begins a new node; see {@link StreamValue#needsNode}
     */
    public void add(Key key, long ms, long seq, boolean ownNode, StreamFields fields) {
        boolean created = !key.exists();
        NativeBuffer out = effects.begin(Effect.STREAM_ADD, key);
        putId(out, ms, seq);
        out.putByte(ownNode ? 1 : 0);
        out.putInt(2 * fields.count());
        for (int i = 0; i < 2 * fields.count(); i++) {
            Effects.putBytes(out, fields.address(i), fields.length(i));
        }
        StreamValue.add(key, ms, seq, ownNode, fields);
        effects.touched(key, created);
    }

    static void replayAdd(EffectReader in) {
        Place key = in.keyOf(Item.TYPE_STREAM);
        StreamId id = id(in);
        boolean ownNode = in.u8() != 0;
        StreamFields fields = Replayed.read(in);
        if (!id.isAfter(StreamValue.last(key)) || !ownNode && !StreamValue.hasNode(key)) {
            throw new CorruptJournalException("kv effect: an entry " + id + " out of order");
        }
        StreamValue.add(key, id.ms(), id.seq(), ownNode, fields);
    }

    private record Replayed(long[] addresses, int[] lengths) implements StreamFields {
        static Replayed read(EffectReader in) {
            int count = in.someCount();
            if (count % 2 != 0) {
                throw new CorruptJournalException("kv effect: a name without a value");
            }
            long[] addresses = new long[count];
            int[] lengths = new int[count];
            for (int i = 0; i < count; i++) {
                lengths[i] = in.length();
                addresses[i] = in.skip(lengths[i]);
            }
            return new Replayed(addresses, lengths);
        }

        @Override
        public int count() {
            return addresses.length / 2;
        }

        @Override
        public long address(int index) {
            return addresses[index];
        }

        @Override
        public int length(int index) {
            return lengths[index];
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Replayed same
                    && Arrays.equals(addresses, same.addresses)
                    && Arrays.equals(lengths, same.lengths);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(addresses);
        }

        @Override
        public String toString() {
            return count() + " fields";
        }
    }

    /** Cuts entries off the front; see {@link StreamValue#plan}. */
    public void trim(Key key, StreamTrim trim) {
        NativeBuffer out = effects.begin(Effect.STREAM_TRIM, key);
        out.putVarint(trim.nodes());
        out.putVarint(trim.entries());
        StreamValue.trim(key, trim);
        putId(effects.record(), StreamValue.first(key));
        effects.touched(key, false);
    }

    static void replayTrim(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        long nodes = in.varint();
        long entries = in.varint();
        if (nodes > StreamValue.nodes(key) || entries > StreamValue.length(key)) {
            throw new CorruptJournalException(
                    "kv effect: " + nodes + " nodes and " + entries + " entries are cut off");
        }
        StreamValue.trim(key, new StreamTrim(nodes, entries, 0));
        StreamId first = id(in);
        if (!first.equals(StreamValue.first(key))) {
            throw new CorruptJournalException("kv effect: the first entry left is not " + first);
        }
    }

    /** Deletes an entry; false if it is not there. {@link #endDelete} follows the last of them. */
    public boolean delete(Key key, StreamId id) {
        if (!StreamValue.has(key, id)) {
            return false;
        }
        if (!run.isOpen()) {
            effects.begin(Effect.STREAM_DELETE, key);
            run.begin();
        }
        putId(run.next(), id);
        return StreamValue.delete(key, id.ms(), id.seq());
    }

    /** Ends it; true if any was deleted. */
    public boolean endDelete(Key key) {
        if (!run.isOpen()) {
            return false;
        }
        StreamValue.endDelete(key);
        return run.endIfOpen(key, false);
    }

    static void replayDelete(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        for (int left = in.count(); left > 0; left--) {
            StreamId id = id(in);
            StreamValue.delete(key, id.ms(), id.seq());
        }
        StreamValue.endDelete(key);
    }

    /** Sets the last ID, how many entries were ever added, and the greatest deleted ID. */
    public void set(Key key, StreamId last, long added, StreamId deleted) {
        NativeBuffer out = effects.begin(Effect.STREAM_SET, key);
        putId(out, last);
        out.putLong(added);
        putId(out, deleted);
        StreamValue.set(key, last, added, deleted);
        effects.touchedUnwatched(key);
    }

    static void replaySet(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        StreamId last = id(in);
        long added = in.i64();
        StreamValue.set(key, last, added, id(in));
    }

    // ---- Groups

    /** A group by its name, where the effect has it. */
    private NativeBuffer begin(Effect effect, Key key, long name, int length) {
        NativeBuffer out = effects.begin(effect, key);
        Effects.putBytes(out, name, length);
        return out;
    }

    private NativeBuffer begin(Effect effect, Key key, long group) {
        return begin(effect, key, StreamGroup.name(group), StreamGroup.nameLength(group));
    }

    private NativeBuffer begin(Effect effect, Key key, long group, long consumer) {
        NativeBuffer out = begin(effect, key, group);
        Effects.putBytes(out, StreamConsumer.name(consumer), StreamConsumer.nameLength(consumer));
        return out;
    }

    private static long group(EffectReader in, Place key) {
        int length = in.length();
        long group = StreamValue.group(key, in.skip(length), length);
        if (group == 0) {
            throw new CorruptJournalException("kv effect on a group that is not there");
        }
        return group;
    }

    private static long consumer(EffectReader in, long group) {
        int length = in.length();
        long consumer = StreamGroup.consumer(group, in.skip(length), length);
        if (consumer == 0) {
            throw new CorruptJournalException("kv effect on a consumer that is not there");
        }
        return consumer;
    }

    /**
     * Sets how far a group has read, and makes the group, or the stream, if there is none. The name
     * lies outside the stream.
     */
    public void putGroup(Key key, long name, int length, StreamId last, long read) {
        boolean created = !key.exists();
        NativeBuffer out = begin(Effect.STREAM_PUT_GROUP, key, name, length);
        out.putByte(StreamValue.group(key, name, length) == 0 ? 1 : 0);
        putId(out, last);
        out.putLong(read);
        StreamValue.putGroup(key, name, length, last, read);
        if (created) {
            effects.touched(key, true);
        } else {
            effects.touchedUnwatched(key);
        }
    }

    static void replayPutGroup(EffectReader in) {
        Place key = in.keyOf(Item.TYPE_STREAM);
        int length = in.length();
        long name = in.skip(length);
        in.u8();
        StreamId last = id(in);
        StreamValue.putGroup(key, name, length, last, in.i64());
    }

    /** Takes a group out. Who waits to read with it is told. */
    public void removeGroup(Key key, long group) {
        begin(Effect.STREAM_REMOVE_GROUP, key, group);
        StreamValue.removeGroup(key, group);
        effects.touchedUnwatched(key);
        effects.readyIfWaitedFor(key);
    }

    static void replayRemoveGroup(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        StreamValue.removeGroup(key, group(in, key));
    }

    /** Makes a consumer of a name that its group has not; returns it. */
    public long addConsumer(Key key, long group, long name, int length, long seenMillis) {
        NativeBuffer out = begin(Effect.STREAM_ADD_CONSUMER, key, group);
        Effects.putBytes(out, name, length);
        out.putLong(seenMillis);
        long consumer = StreamValue.addConsumer(key, group, name, length, seenMillis);
        effects.touchedUnwatched(key);
        return consumer;
    }

    static void replayAddConsumer(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        long group = group(in, key);
        int length = in.length();
        long name = in.skip(length);
        if (StreamGroup.consumer(group, name, length) != 0) {
            throw new CorruptJournalException("kv effect: the consumer is there already");
        }
        StreamValue.addConsumer(key, group, name, length, in.i64());
    }

    /** Notes that a consumer was seen. */
    public void see(Key key, long group, long consumer, long millis) {
        begin(Effect.STREAM_SEE, key, group, consumer).putLong(millis);
        StreamValue.see(key, consumer, millis);
        effects.touchedUnwatched(key);
    }

    static void replaySee(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        long consumer = consumer(in, group(in, key));
        StreamValue.see(key, consumer, in.i64());
    }

    /** Takes a consumer out, with what is pending for it. */
    public void removeConsumer(Key key, long group, long consumer) {
        begin(Effect.STREAM_REMOVE_CONSUMER, key, group, consumer);
        StreamValue.removeConsumer(key, group, consumer);
        effects.touchedUnwatched(key);
    }

    static void replayRemoveConsumer(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        long group = group(in, key);
        StreamValue.removeConsumer(key, group, consumer(in, group));
    }

    // ---- Deliveries

    /**
     * Delivers up to so many entries, from an ID on, to a consumer, which is seen.
     *
     * @param pends whether they are pending until they are acknowledged
     * @param delivery is told of each
     * @return how many
     */
    public long deliver(
            Key key,
            long group,
            long consumer,
            StreamId from,
            long count,
            boolean pends,
            long timeMillis,
            Delivery delivery) {
        NativeBuffer out = begin(Effect.STREAM_DELIVER, key, group, consumer);
        out.putLong(timeMillis);
        out.putByte(pends ? 1 : 0);
        run.begin();
        StreamValue.see(key, consumer, timeMillis);
        StreamCursor cursor = StreamCursor.upwards(key, from, StreamId.MAX);
        long delivered = 0;
        while (delivered < count && cursor.next()) {
            delivered++;
            putId(run.next(), cursor.ms(), cursor.seq());
            delivery.entry(cursor);
            StreamValue.deliver(key, group, consumer, cursor.ms(), cursor.seq(), pends, timeMillis);
        }
        run.end();
        putId(effects.record(), StreamGroup.last(group));
        effects.record().putLong(StreamGroup.read(group));
        effects.touchedUnwatched(key);
        return delivered;
    }

    static void replayDeliver(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        long group = group(in, key);
        long consumer = consumer(in, group);
        long timeMillis = in.i64();
        boolean pends = in.u8() != 0;
        StreamValue.see(key, consumer, timeMillis);
        for (int left = in.count(); left > 0; left--) {
            StreamId id = id(in);
            StreamValue.deliver(key, group, consumer, id.ms(), id.seq(), pends, timeMillis);
        }
        StreamId last = id(in);
        StreamValue.readUpTo(key, group, last, in.i64());
    }

    /**
     * Delivers up to so many of what is pending for a consumer again, from an ID on; it is seen.
     * What is not in the stream any more stays as it is.
     */
    public void deliverAgain(
            Key key, long group, long consumer, StreamId from, long count, long timeMillis) {
        NativeBuffer out = begin(Effect.STREAM_DELIVER_AGAIN, key, group, consumer);
        putId(out, from);
        out.putLong(count);
        out.putLong(timeMillis);
        StreamValue.see(key, consumer, timeMillis);
        StreamValue.deliverAgain(key, group, consumer, from, count, timeMillis);
        effects.touchedUnwatched(key);
    }

    static void replayDeliverAgain(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        long group = group(in, key);
        long consumer = consumer(in, group);
        StreamId from = id(in);
        long count = in.i64();
        long timeMillis = in.i64();
        StreamValue.see(key, consumer, timeMillis);
        StreamValue.deliverAgain(key, group, consumer, from, count, timeMillis);
    }

    /**
     * Makes a consumer the one that an entry is pending for, whether it was pending or not. {@link
     * #endClaim} follows the last of them.
     *
     * @param timeMillis of its last delivery; the same for all until the end
     */
    public void claim(
            Key key, long group, long consumer, StreamId id, long timeMillis, long deliveries) {
        if (!run.isOpen()) {
            begin(Effect.STREAM_CLAIM, key, group, consumer).putLong(timeMillis);
            run.begin();
        }
        NativeBuffer out = run.next();
        putId(out, id);
        out.putLong(deliveries);
        StreamValue.pend(key, group, consumer, id, timeMillis, deliveries);
    }

    /** Ends it; true if any was claimed. */
    public boolean endClaim(Key key) {
        return endRun(key);
    }

    private boolean endRun(Key key) {
        if (!run.isOpen()) {
            return false;
        }
        run.end();
        effects.touchedUnwatched(key);
        return true;
    }

    static void replayClaim(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        long group = group(in, key);
        long consumer = consumer(in, group);
        long timeMillis = in.i64();
        for (int left = in.count(); left > 0; left--) {
            StreamId id = id(in);
            StreamValue.pend(key, group, consumer, id, timeMillis, in.i64());
        }
    }

    /**
     * Takes an entry out of what is pending; false if it is not. {@link #endAcknowledge} follows
     * the last of them.
     */
    public boolean acknowledge(Key key, long group, StreamId id) {
        if (!StreamValue.isPending(group, id)) {
            return false;
        }
        if (!run.isOpen()) {
            begin(Effect.STREAM_ACKNOWLEDGE, key, group);
            run.begin();
        }
        putId(run.next(), id);
        return StreamValue.acknowledge(key, group, id.ms(), id.seq());
    }

    /** Ends it; true if any was taken out. */
    public boolean endAcknowledge(Key key) {
        return endRun(key);
    }

    static void replayAcknowledge(EffectReader in) {
        Place key = in.existing(Item.TYPE_STREAM);
        long group = group(in, key);
        for (int left = in.count(); left > 0; left--) {
            StreamId id = id(in);
            StreamValue.acknowledge(key, group, id.ms(), id.seq());
        }
    }
}
