package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/**
 * Goes through what is pending in a group, or for one of its consumers, from an ID on upwards. The
 * list may be changed only by way of {@link StreamValue}, and then {@link #from} begins anew.
 *
 * <pre>
 * entry of a group's tree: ID | i64 ms since 1970 of the last delivery | i64 deliveries | u64 consumer
 * </pre>
 */
public final class Pending {
    private static final int TIME = IdTree.PAYLOAD;
    private static final int DELIVERIES = TIME + 8;
    private static final int CONSUMER = DELIVERIES + 8;

    private final long group;
    private final IdTree.Cursor cursor;
    private final boolean ofConsumer;
    private boolean stands;
    private long entry;

    private Pending(long group, IdTree kind, long tree) {
        this.group = group;
        this.cursor = new IdTree.Cursor(kind, tree);
        this.ofConsumer = kind == IdTree.OWNED;
    }

    /** What is pending in a group. */
    public static Pending of(long group) {
        return new Pending(group, IdTree.PENDING, StreamGroup.pendingTree(group));
    }

    /** What is pending for a consumer of a group. */
    public static Pending of(long group, long consumer) {
        return new Pending(group, IdTree.OWNED, StreamConsumer.pendingTree(consumer));
    }

    /** Goes to the first that is not before an ID; false if there is none. */
    public boolean from(StreamId id) {
        return found(cursor.from(id.ms(), id.seq()));
    }

    /** Goes to the last; false if there is none. */
    public boolean last() {
        return found(cursor.last());
    }

    /** Goes on; false if it stood at the last. */
    public boolean next() {
        return found(cursor.next());
    }

    private boolean found(boolean is) {
        stands = is;
        if (is) {
            entry = ofConsumer ? find(group, cursor.ms(), cursor.seq()) : cursor.entry();
        }
        return is;
    }

    /** False if it is behind the last. */
    public boolean stands() {
        return stands;
    }

    public StreamId id() {
        return new StreamId(IdTree.ms(entry), IdTree.seq(entry));
    }

    /** When it was last delivered, ms since 1970. */
    public long timeMillis() {
        return time(entry);
    }

    public long deliveries() {
        return deliveries(entry);
    }

    public long consumer() {
        return consumer(entry);
    }

    // ---- Entries

    /** The entry of an ID in a group's tree, or 0. */
    static long find(long group, long ms, long seq) {
        long tree = StreamGroup.pendingTree(group);
        long last = IdTree.PENDING.lastEntry(tree);
        boolean above =
                last == 0 || StreamId.compare(IdTree.ms(last), IdTree.seq(last), ms, seq) < 0;
        return above ? 0 : IdTree.PENDING.find(tree, ms, seq);
    }

    static long time(long entry) {
        return Memory.getLong(entry + TIME);
    }

    static long deliveries(long entry) {
        return Memory.getLong(entry + DELIVERIES);
    }

    static long consumer(long entry) {
        return Memory.getLong(entry + CONSUMER);
    }

    static void consumer(long entry, long consumer) {
        Memory.putLong(entry + CONSUMER, consumer);
    }

    static void put(long entry, long timeMillis, long deliveries, long consumer) {
        Memory.putLong(entry + TIME, timeMillis);
        Memory.putLong(entry + DELIVERIES, deliveries);
        consumer(entry, consumer);
    }

    /** Makes an entry the group's, or changes it, and gives it to a consumer. */
    static void put(
            Place place,
            long group,
            long consumer,
            long ms,
            long seq,
            long timeMillis,
            long deliveries) {
        long root = Item.root(place.item());
        long tree = StreamGroup.pendingTree(group);
        IdTree.Cursor found = new IdTree.Cursor(IdTree.PENDING, tree);
        if (find(group, ms, seq) == 0) {
            long entry = IdTree.PENDING.insert(place, root, tree, group, ms, seq);
            put(entry, timeMillis, deliveries, consumer);
            own(place, root, consumer, ms, seq);
            return;
        }
        found.at(ms, seq);
        found.beforeChange(place, root);
        long before = consumer(found.entry());
        put(found.entry(), timeMillis, deliveries, consumer);
        if (before != consumer) {
            disown(place, root, before, ms, seq);
            own(place, root, consumer, ms, seq);
        }
    }

    /** Takes an entry out; false if it is not there. */
    static boolean remove(Place place, long group, long ms, long seq) {
        long root = Item.root(place.item());
        long entry = find(group, ms, seq);
        if (entry == 0) {
            return false;
        }
        disown(place, root, consumer(entry), ms, seq);
        IdTree.PENDING.remove(place, root, StreamGroup.pendingTree(group), ms, seq);
        return true;
    }

    /** Gives an entry of a copy to its consumer. */
    static void ownCopy(Place place, long group, long consumer, long ms, long seq) {
        consumer(find(group, ms, seq), consumer);
        own(place, Item.root(place.item()), consumer, ms, seq);
    }

    static void own(Place place, long root, long consumer, long ms, long seq) {
        IdTree.OWNED.insert(place, root, StreamConsumer.pendingTree(consumer), consumer, ms, seq);
    }

    private static void disown(Place place, long root, long consumer, long ms, long seq) {
        IdTree.OWNED.remove(place, root, StreamConsumer.pendingTree(consumer), ms, seq);
    }

    /** An entry that is there is delivered once more. */
    static void again(Place place, long root, long group, long ms, long seq, long timeMillis) {
        IdTree.Cursor found = new IdTree.Cursor(IdTree.PENDING, StreamGroup.pendingTree(group));
        found.at(ms, seq);
        found.beforeChange(place, root);
        long entry = found.entry();
        put(entry, timeMillis, deliveries(entry) + 1, consumer(entry));
    }
}
