package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

/**
 * Things by a {@link StreamId}, in order: a stream's nodes by the ID of their first entry, what is
 * pending in a group, what a consumer has not acknowledged. A B+tree (Bayer and McCreight, 1972)
 * whose entries have one size.
 *
 * <p><b>Why no radix tree.</b> Redis's keeps a node of 24 bytes and more for each ID. Here an ID
 * that is pending takes some 60 bytes in both its trees, and a walk reads 1 KiB at a time. IDs come
 * in ascending order nearly always: so the last leaf is at hand, and leaves are filled.
 *
 * <pre>
 * tree:  u64 top node, 0 if there is none | u64 entries | u64 last leaf | u64 bytes of all nodes
 * leaf:  part's head with u16 entries | u64 next leaf | u64 previous leaf | u64 owner | entry...
 * entry: u64 ms | u64 seq | what the tree is for; or u64 address of a thing that has its ID itself
 * inner: u8 kind | u8 0 | u16 children | u32 - | { u64 child, u64 ms, u64 seq } ...
 * </pre>
 *
 * <p>An inner node has beside each child an ID that is not above its least and above all that is
 * left of it; of its first child's it does not, for it is never asked. A tree of one leaf has a
 * small one, which grows.
 *
 * <p>The leaves of {@link #PENDING} are parts of the stream: whoever changes an entry says so
 * before, see {@link #beforeChange}.
 */
final class IdTree {
    /** What an owner needs for one. */
    static final int BYTES = 32;

    private static final int ID_IN_ENTRY = -1;

    /** A stream's nodes: their address. */
    static final IdTree NODES = new IdTree(StreamNode.ID, Long.BYTES, false);

    /** What is pending in a group: delivery time, deliveries, consumer. */
    static final IdTree PENDING = new IdTree(ID_IN_ENTRY, 5 * Long.BYTES, true);

    /** What is pending for a consumer: nothing else, its group knows. */
    static final IdTree OWNED = new IdTree(ID_IN_ENTRY, 2 * Long.BYTES, false);

    /** Where what an entry that has its ID is for begins. */
    static final int PAYLOAD = 16;

    private static final int TOP = 0;
    private static final int SIZE = 8;
    private static final int LAST = 16;
    private static final int NODES_BYTES = 24;

    private static final int NODE_BYTES = 1024;
    private static final int COUNT = 2;
    private static final int NEXT = StreamPart.BYTES;
    private static final int PREVIOUS = NEXT + 8;
    private static final int OWNER = PREVIOUS + 8;
    private static final int ENTRIES = OWNER + 8;
    private static final int FIRST_ENTRIES = 4;

    private static final int KIND_LEAF = 5;
    private static final int KIND_INNER = 6;
    private static final int CHILDREN = 8;
    private static final int CHILD_BYTES = 24;
    private static final int INNER_MAX = (NODE_BYTES - CHILDREN) / CHILD_BYTES;

    /**
     * A node with less than a quarter is merged with a neighbour, if both fit in three quarters.
     */
    private static final int SPARSE_PARTS = 4;

    /** Where the things that the entries are the addresses of have their IDs. */
    private final int idInThing;

    private final int entryBytes;
    private final int leafMax;
    private final boolean parts;

    private IdTree(int idInThing, int entryBytes, boolean parts) {
        this.idInThing = idInThing;
        this.entryBytes = entryBytes;
        this.leafMax = (NODE_BYTES - ENTRIES) / entryBytes;
        this.parts = parts;
    }

    // ---- The whole

    static long size(long tree) {
        return Memory.getLong(tree + SIZE);
    }

    private static void size(long tree, long entries) {
        Memory.putLong(tree + SIZE, entries);
    }

    private static long top(long tree) {
        return Memory.getLong(tree + TOP);
    }

    private static void top(long tree, long node) {
        Memory.putLong(tree + TOP, node);
    }

    private static long last(long tree) {
        return Memory.getLong(tree + LAST);
    }

    private static void last(long tree, long leaf) {
        Memory.putLong(tree + LAST, leaf);
    }

    /** Bytes of all its nodes. */
    static long bytes(long tree) {
        return Memory.getLong(tree + NODES_BYTES);
    }

    private static void addBytes(long tree, long bytes) {
        Memory.putLong(tree + NODES_BYTES, bytes(tree) + bytes);
    }

    // ---- Nodes

    static int count(long node) {
        return Memory.getUnsignedShort(node + COUNT);
    }

    private static void count(long node, int count) {
        Memory.putShort(node + COUNT, count);
    }

    private static boolean isLeaf(long node) {
        return StreamPart.kind(node) != KIND_INNER;
    }

    /** Whose entries they are. */
    static long owner(long leaf) {
        return Memory.getLong(leaf + OWNER);
    }

    long entry(long leaf, int index) {
        return leaf + ENTRIES + (long) index * entryBytes;
    }

    /** Where an entry's ID is. */
    private long id(long entry) {
        return idInThing == ID_IN_ENTRY ? entry : Memory.getLong(entry) + idInThing;
    }

    /** Of an entry that has its ID. */
    static long ms(long entry) {
        return Memory.getLong(entry);
    }

    static long seq(long entry) {
        return Memory.getLong(entry + 8);
    }

    private static long childAt(long inner, int index) {
        return inner + CHILDREN + (long) index * CHILD_BYTES;
    }

    private static long child(long inner, int index) {
        return Memory.getLong(childAt(inner, index));
    }

    /** Where the ID is that no entry below a child is under. */
    private static long bound(long inner, int index) {
        return childAt(inner, index) + 8;
    }

    private static int compare(long at, long ms, long seq) {
        return StreamId.compare(ms(at), seq(at), ms, seq);
    }

    private int capacity(long leaf) {
        return (int) Math.min(leafMax, (Slabs.usable(leaf) - ENTRIES) / entryBytes);
    }

    private static long allocate(Stripe stripe, long root, long tree, long bytes) {
        long node = Root.allocate(stripe, root, bytes);
        addBytes(tree, Slabs.usable(node));
        return node;
    }

    private static void release(Stripe stripe, long root, long tree, long node) {
        addBytes(tree, -Slabs.usable(node));
        Root.free(stripe, root, node);
    }

    private long newLeaf(Stripe stripe, long root, long tree, long owner, long bytes) {
        long leaf = allocate(stripe, root, tree, bytes);
        Memory.putLong(leaf, KIND_LEAF);
        if (parts) {
            StreamPart.link(stripe, StreamGroup.ring(owner), leaf, StreamPart.PENDING);
        }
        Memory.putLong(leaf + NEXT, 0);
        Memory.putLong(leaf + PREVIOUS, 0);
        Memory.putLong(leaf + OWNER, owner);
        return leaf;
    }

    private static long newInner(Stripe stripe, long root, long tree) {
        long inner = allocate(stripe, root, tree, NODE_BYTES);
        Memory.putLong(inner, KIND_INNER);
        return inner;
    }

    private void free(Stripe stripe, long root, long tree, long node) {
        if (parts && isLeaf(node)) {
            StreamPart.unlink(root, node);
        }
        release(stripe, root, tree, node);
    }

    /** Call before entries of a leaf change. */
    void beforeChange(Place place, long root, long leaf) {
        if (parts) {
            StreamPart.beforeChange(place, root, leaf);
        }
    }

    // ---- Finding

    /** The child that has, or would have, this ID. */
    private static int childOf(long inner, long ms, long seq) {
        int low = 0;
        int high = count(inner) - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (compare(bound(inner, middle), ms, seq) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The index of the first entry in a leaf that is not before this ID. */
    private int indexIn(long leaf, long ms, long seq) {
        int low = 0;
        int high = count(leaf);
        while (low < high) {
            int middle = low + high >>> 1;
            if (compare(id(entry(leaf, middle)), ms, seq) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static long leafOf(long tree, long ms, long seq) {
        long node = top(tree);
        while (node != 0 && !isLeaf(node)) {
            node = child(node, childOf(node, ms, seq));
        }
        return node;
    }

    /**
     * A place in a tree: that of an entry, until the tree changes. The entry may be changed, after
     * {@link #beforeChange}.
     */
    static final class Cursor {
        private final IdTree kind;
        private final long tree;
        private long leaf;
        private int index;

        Cursor(IdTree kind, long tree) {
            this.kind = kind;
            this.tree = tree;
        }

        /** Goes to the first entry that is not before an ID; false if there is none. */
        boolean from(long ms, long seq) {
            leaf = leafOf(tree, ms, seq);
            if (leaf == 0) {
                return false;
            }
            index = kind.indexIn(leaf, ms, seq);
            return index < count(leaf) || nextLeaf();
        }

        /** Goes to the last entry that is not behind an ID; false if there is none. */
        boolean upTo(long ms, long seq) {
            leaf = leafOf(tree, ms, seq);
            if (leaf == 0) {
                return false;
            }
            index = kind.indexIn(leaf, ms, seq);
            boolean is = index < count(leaf) && compare(kind.id(entry()), ms, seq) == 0;
            return is || previous();
        }

        /** Goes to the very entry; false if it is not there. */
        boolean at(long ms, long seq) {
            leaf = leafOf(tree, ms, seq);
            if (leaf == 0) {
                return false;
            }
            index = kind.indexIn(leaf, ms, seq);
            return index < count(leaf) && compare(kind.id(entry()), ms, seq) == 0;
        }

        boolean last() {
            leaf = IdTree.last(tree);
            index = leaf == 0 ? 0 : count(leaf) - 1;
            return leaf != 0;
        }

        boolean first() {
            return from(0, 0);
        }

        boolean next() {
            index++;
            return index < count(leaf) || nextLeaf();
        }

        private boolean nextLeaf() {
            leaf = Memory.getLong(leaf + NEXT);
            index = 0;
            return leaf != 0;
        }

        boolean previous() {
            if (--index >= 0) {
                return true;
            }
            leaf = Memory.getLong(leaf + PREVIOUS);
            index = leaf == 0 ? 0 : count(leaf) - 1;
            return leaf != 0;
        }

        long entry() {
            return kind.entry(leaf, index);
        }

        long ms() {
            return IdTree.ms(kind.id(entry()));
        }

        long seq() {
            return IdTree.seq(kind.id(entry()));
        }

        /** Call before the entry is changed. */
        void beforeChange(Place place, long root) {
            kind.beforeChange(place, root, leaf);
        }
    }

    /** The entry of an ID, or 0. */
    long find(long tree, long ms, long seq) {
        long leaf = leafOf(tree, ms, seq);
        if (leaf == 0) {
            return 0;
        }
        int index = indexIn(leaf, ms, seq);
        boolean is = index < count(leaf) && compare(id(entry(leaf, index)), ms, seq) == 0;
        return is ? entry(leaf, index) : 0;
    }

    /** The last entry of all, or 0. */
    long lastEntry(long tree) {
        long leaf = last(tree);
        return leaf == 0 ? 0 : entry(leaf, count(leaf) - 1);
    }

    // ---- Inserting

    /**
     * Adds an ID that is not in it; returns its entry, which is to be filled at once.
     *
     * @param owner whose entries they are, or 0
     */
    long insert(Place place, long root, long tree, long owner, long ms, long seq) {
        assert idInThing == ID_IN_ENTRY;
        return insert(place, root, tree, owner, ms, seq, 0);
    }

    /** Adds a thing, whose ID is not in it. */
    void insertThing(Place place, long root, long tree, long thing) {
        long id = thing + idInThing;
        insert(place, root, tree, 0, ms(id), seq(id), thing);
    }

    private long insert(
            Place place, long root, long tree, long owner, long ms, long seq, long thing) {
        Stripe stripe = place.stripe();
        if (top(tree) == 0) {
            long only =
                    newLeaf(stripe, root, tree, owner, ENTRIES + (long) FIRST_ENTRIES * entryBytes);
            top(tree, only);
            last(tree, only);
        }
        size(tree, size(tree) + 1);
        long last = last(tree);
        int count = count(last);
        boolean above = count == 0 || compare(id(entry(last, count - 1)), ms, seq) < 0;
        if (above && count < capacity(last)) {
            beforeChange(place, root, last);
            return putEntry(last, count, ms, seq, thing);
        }
        growOnlyLeaf(place, root, tree);
        long top = top(tree);
        long right = insertInto(place, root, tree, top, ms, seq, thing);
        if (right != 0) {
            long higher = newInner(stripe, root, tree);
            Memory.putLong(childAt(higher, 0), top);
            putChild(higher, 1, right);
            count(higher, 2);
            top(tree, higher);
        }
        return find(tree, ms, seq);
    }

    private void growOnlyLeaf(Place place, long root, long tree) {
        long leaf = top(tree);
        if (!isLeaf(leaf) || count(leaf) < capacity(leaf) || capacity(leaf) == leafMax) {
            return;
        }
        beforeChange(place, root, leaf);
        long bytes = ENTRIES + 2L * count(leaf) * entryBytes;
        long larger = allocate(place.stripe(), root, tree, Math.min(bytes, NODE_BYTES));
        Memory.copy(leaf, larger, entry(leaf, count(leaf)) - leaf);
        if (parts) {
            StreamPart.moved(root, leaf, larger);
        }
        release(place.stripe(), root, tree, leaf);
        top(tree, larger);
        last(tree, larger);
    }

    /** Returns the node's new right neighbour if it had to be split, else 0. */
    private long insertInto(
            Place place, long root, long tree, long node, long ms, long seq, long thing) {
        if (isLeaf(node)) {
            return insertIntoLeaf(place, root, tree, node, ms, seq, thing);
        }
        int index = childOf(node, ms, seq);
        long right = insertInto(place, root, tree, child(node, index), ms, seq, thing);
        return right == 0 ? 0 : insertChild(place.stripe(), root, tree, node, index + 1, right);
    }

    private long insertIntoLeaf(
            Place place, long root, long tree, long leaf, long ms, long seq, long thing) {
        beforeChange(place, root, leaf);
        int index = indexIn(leaf, ms, seq);
        if (count(leaf) < capacity(leaf)) {
            putEntry(leaf, index, ms, seq, thing);
            return 0;
        }
        // What comes in ascending order fills leaves; else both get half.
        boolean ascending = index == leafMax && leaf == last(tree);
        int kept = ascending ? leafMax : leafMax / 2;
        long right = newLeaf(place.stripe(), root, tree, owner(leaf), NODE_BYTES);
        int moved = leafMax - kept;
        Memory.copy(entry(leaf, kept), entry(right, 0), (long) moved * entryBytes);
        count(right, moved);
        count(leaf, kept);
        link(tree, leaf, right);
        if (index <= kept && !ascending) {
            putEntry(leaf, index, ms, seq, thing);
        } else {
            putEntry(right, index - kept, ms, seq, thing);
        }
        return right;
    }

    private long putEntry(long leaf, int index, long ms, long seq, long thing) {
        int count = count(leaf);
        long at = entry(leaf, index);
        if (index < count) {
            Memory.move(at, at + entryBytes, (long) (count - index) * entryBytes);
        }
        if (idInThing == ID_IN_ENTRY) {
            StreamRoot.putId(at, ms, seq);
        } else {
            Memory.putLong(at, thing);
        }
        count(leaf, count + 1);
        return at;
    }

    private static void link(long tree, long leaf, long right) {
        long next = Memory.getLong(leaf + NEXT);
        Memory.putLong(right + NEXT, next);
        Memory.putLong(right + PREVIOUS, leaf);
        Memory.putLong(leaf + NEXT, right);
        if (next != 0) {
            Memory.putLong(next + PREVIOUS, right);
        } else {
            last(tree, right);
        }
    }

    private void putChild(long inner, int index, long child) {
        Memory.putLong(childAt(inner, index), child);
        long least = child;
        while (!isLeaf(least)) {
            least = child(least, 0);
        }
        long id = id(entry(least, 0));
        StreamRoot.putId(bound(inner, index), ms(id), seq(id));
    }

    /** Puts a child in at an index above 0; returns the node's new right neighbour, if any. */
    private long insertChild(
            Stripe stripe, long root, long tree, long node, int index, long child) {
        if (count(node) < INNER_MAX) {
            openChild(node, index, child);
            return 0;
        }
        boolean ascending = index == INNER_MAX;
        int kept = ascending ? INNER_MAX : INNER_MAX / 2 + 1;
        long right = newInner(stripe, root, tree);
        int moved = INNER_MAX - kept;
        Memory.copy(childAt(node, kept), childAt(right, 0), (long) moved * CHILD_BYTES);
        count(right, moved);
        count(node, kept);
        if (index <= kept && !ascending) {
            openChild(node, index, child);
        } else {
            openChild(right, index - kept, child);
        }
        return right;
    }

    private void openChild(long node, int index, long child) {
        int count = count(node);
        long at = childAt(node, index);
        Memory.move(at, at + CHILD_BYTES, (long) (count - index) * CHILD_BYTES);
        putChild(node, index, child);
        count(node, count + 1);
    }

    // ---- Removing

    /** Takes an ID out that is in it. */
    void remove(Place place, long root, long tree, long ms, long seq) {
        Stripe stripe = place.stripe();
        long top = top(tree);
        removeFrom(place, root, tree, top, ms, seq);
        size(tree, size(tree) - 1);
        while (!isLeaf(top) && count(top) == 1) {
            long only = child(top, 0);
            release(stripe, root, tree, top);
            top = only;
        }
        if (count(top) == 0) {
            freeEmpty(stripe, root, tree, top);
            top = 0;
        }
        top(tree, top);
    }

    private void removeFrom(Place place, long root, long tree, long node, long ms, long seq) {
        if (isLeaf(node)) {
            int index = indexIn(node, ms, seq);
            assert compare(id(entry(node, index)), ms, seq) == 0 : "not in the tree";
            beforeChange(place, root, node);
            closeEntry(node, index);
            return;
        }
        int index = childOf(node, ms, seq);
        long child = child(node, index);
        removeFrom(place, root, tree, child, ms, seq);
        if (count(child) == 0) {
            freeEmpty(place.stripe(), root, tree, child);
            closeChild(node, index);
        } else {
            mend(place, root, tree, node, index);
        }
    }

    private void closeEntry(long leaf, int index) {
        int count = count(leaf);
        long at = entry(leaf, index);
        Memory.move(at + entryBytes, at, (long) (count - index - 1) * entryBytes);
        count(leaf, count - 1);
    }

    private static void closeChild(long inner, int index) {
        int count = count(inner);
        long at = childAt(inner, index);
        Memory.move(at + CHILD_BYTES, at, (long) (count - index - 1) * CHILD_BYTES);
        count(inner, count - 1);
    }

    private void freeEmpty(Stripe stripe, long root, long tree, long node) {
        if (isLeaf(node)) {
            long next = Memory.getLong(node + NEXT);
            long previous = Memory.getLong(node + PREVIOUS);
            if (next != 0) {
                Memory.putLong(next + PREVIOUS, previous);
            } else {
                last(tree, previous);
            }
            if (previous != 0) {
                Memory.putLong(previous + NEXT, next);
            }
        }
        free(stripe, root, tree, node);
    }

    /** Merges a child that has become sparse with its neighbour, if they fit well. */
    private void mend(Place place, long root, long tree, long node, int index) {
        long child = child(node, index);
        int most = isLeaf(child) ? leafMax : INNER_MAX;
        if (count(child) * SPARSE_PARTS >= most || count(node) == 1) {
            return;
        }
        int right = index + 1 < count(node) ? index + 1 : index;
        long one = child(node, right - 1);
        long other = child(node, right);
        if ((count(one) + count(other)) * SPARSE_PARTS > most * (SPARSE_PARTS - 1)) {
            return;
        }
        if (isLeaf(one)) {
            beforeChange(place, root, one);
            beforeChange(place, root, other);
            Memory.copy(entry(other, 0), entry(one, count(one)), (long) count(other) * entryBytes);
        } else {
            // Its first child gets a bound, which nobody asked for before.
            StreamRoot.putId(bound(other, 0), ms(bound(node, right)), seq(bound(node, right)));
            Memory.copy(
                    childAt(other, 0), childAt(one, count(one)), (long) count(other) * CHILD_BYTES);
        }
        count(one, count(one) + count(other));
        freeEmpty(place.stripe(), root, tree, other);
        closeChild(node, right);
    }

    // ---- All of it

    /** Is told of an entry before it is freed. */
    @FunctionalInterface
    interface Entries {
        void entry(long entry);
    }

    /** Frees the last leaf; true when none is left. */
    boolean freeLast(Stripe stripe, long root, long tree, Entries told) {
        long node = top(tree);
        if (node == 0) {
            return true;
        }
        long parent = 0;
        while (!isLeaf(node)) {
            parent = node;
            node = child(node, count(node) - 1);
        }
        for (int i = 0; i < count(node); i++) {
            told.entry(entry(node, i));
        }
        free(stripe, root, tree, node);
        if (parent == 0) {
            top(tree, 0);
            last(tree, 0);
            size(tree, 0);
            return true;
        }
        count(parent, count(parent) - 1);
        return dropEmpty(stripe, root, tree);
    }

    /** Frees inner nodes on the right edge that have no child any more; true if none is left. */
    private boolean dropEmpty(Stripe stripe, long root, long tree) {
        while (true) {
            long parent = 0;
            long node = top(tree);
            while (!isLeaf(node) && count(node) > 0) {
                parent = node;
                node = child(node, count(node) - 1);
            }
            if (isLeaf(node)) {
                return false;
            }
            release(stripe, root, tree, node);
            if (parent == 0) {
                top(tree, 0);
                last(tree, 0);
                size(tree, 0);
                return true;
            }
            count(parent, count(parent) - 1);
        }
    }
}
