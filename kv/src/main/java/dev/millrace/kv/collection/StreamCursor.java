package dev.millrace.kv.collection;

import dev.millrace.kv.packed.Element;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;

/**
 * Goes through a stream's entries within a range, upwards or downwards; deleted ones are passed
 * over. The stream's entries must not change meanwhile; what is pending may.
 *
 * <pre>{@code
 * while (cursor.next()) {
 *     for (int left = cursor.fields(); left > 0; left--) {
 *         cursor.field(name, value);
 *     }
 * }
 * }</pre>
 */
public final class StreamCursor {
    private final boolean back;
    private final long fromMs;
    private final long fromSeq;
    private final long toMs;
    private final long toSeq;
    private final IdTree.Cursor nodes;

    /** Whether the tree's cursor stands at a node that is yet to be looked into. */
    private boolean hasNode;

    /** The node's listpack; 0 before the first. */
    private long pack;

    private int masterNames;

    // The entry.
    private long entry;
    private long ms;
    private long seq;
    private int fields;

    /** The next element of the entry, and how many are left of it. */
    private long at;

    private int left;

    /** The next name among the master's, 0 if the entry has names of its own. */
    private long masterName;

    private StreamCursor(Place place, StreamId from, StreamId to, boolean back) {
        this.back = back;
        this.fromMs = from.ms();
        this.fromSeq = from.seq();
        this.toMs = to.ms();
        this.toSeq = to.seq();
        long root = Item.root(place.item());
        this.nodes = new IdTree.Cursor(IdTree.NODES, StreamRoot.nodes(root));
        if (back) {
            hasNode = nodes.upTo(toMs, toSeq);
        } else {
            hasNode = nodes.upTo(fromMs, fromSeq) || nodes.first();
        }
    }

    /** Stands before the first entry that is not before {@code from}; both ends belong to it. */
    public static StreamCursor upwards(Place place, StreamId from, StreamId to) {
        return new StreamCursor(place, from, to, false);
    }

    /** Stands behind the last entry that is not behind {@code to}; both ends belong to it. */
    public static StreamCursor downwards(Place place, StreamId from, StreamId to) {
        return new StreamCursor(place, from, to, true);
    }

    /** Goes to the next live entry of the range; false if there is none. */
    public boolean next() {
        return back ? nextDown() : nextUp();
    }

    private boolean nextUp() {
        while (true) {
            if (pack != 0) {
                skipRest();
            }
            while (pack == 0 || Listpack.isEnd(at)) {
                if (!enterNode()) {
                    return false;
                }
                at = StreamPack.firstEntry(pack);
            }
            boolean live = readEntry(at);
            if (live && StreamId.compare(ms, seq, fromMs, fromSeq) >= 0) {
                return StreamId.compare(ms, seq, toMs, toSeq) <= 0;
            }
        }
    }

    private boolean nextDown() {
        while (true) {
            long before = pack == 0 ? 0 : StreamPack.entryBefore(entry);
            while (before == 0) {
                if (!enterNode()) {
                    return false;
                }
                before = StreamPack.lastEntry(pack);
            }
            boolean live = readEntry(before);
            if (live && StreamId.compare(ms, seq, toMs, toSeq) <= 0) {
                return StreamId.compare(ms, seq, fromMs, fromSeq) >= 0;
            }
        }
    }

    private boolean enterNode() {
        if (pack != 0) {
            hasNode = back ? nodes.previous() : nodes.next();
        }
        if (!hasNode) {
            return false;
        }
        pack = StreamNode.pack(StreamNode.of(nodes.entry()));
        masterNames = StreamPack.masterNames(pack);
        left = 0;
        return true;
    }

    private void skipRest() {
        for (; left > 0; left--) {
            at = Listpack.next(at);
        }
    }

    /** Reads all of an entry but its values; says whether it is live. */
    private boolean readEntry(long where) {
        entry = where;
        int flags = (int) Listpack.integer(where);
        long msAt = Listpack.next(where);
        long seqAt = Listpack.next(msAt);
        ms = nodes.ms() + Listpack.integer(msAt);
        seq = nodes.seq() + Listpack.integer(seqAt);
        at = Listpack.next(seqAt);
        if ((flags & StreamPack.SAME_NAMES) != 0) {
            fields = masterNames;
            left = fields + 1;
            masterName = StreamPack.firstMasterName(pack);
        } else {
            fields = (int) Listpack.integer(at);
            at = Listpack.next(at);
            left = 2 * fields + 1;
            masterName = 0;
        }
        return (flags & StreamPack.DELETED) == 0;
    }

    // ---- The entry

    public long ms() {
        return ms;
    }

    public long seq() {
        return seq;
    }

    public StreamId id() {
        return new StreamId(ms, seq);
    }

    /** How many names it has, each with a value. */
    public int fields() {
        return fields;
    }

    /** Reads the next name and its value. */
    public void field(Element name, Element value) {
        if (masterName != 0) {
            Listpack.read(masterName, name);
            masterName = Listpack.next(masterName);
        } else {
            Listpack.read(at, name);
            at = Listpack.next(at);
            left--;
        }
        Listpack.read(at, value);
        at = Listpack.next(at);
        left--;
    }

    /** Where the entry begins in its node's listpack. */
    long address() {
        return entry;
    }

    long pack() {
        return pack;
    }

    /** Its node. */
    long node() {
        return StreamNode.of(nodes.entry());
    }
}
