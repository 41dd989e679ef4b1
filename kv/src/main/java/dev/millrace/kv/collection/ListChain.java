package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

/**
 * The nodes of a large list, from its head to its tail, as in Redis's quicklist: both ends are
 * near, and elements take a byte or two more than they are long.
 *
 * <pre>
 * root: ... | u64 elements | u64 head | u64 tail | u64 node where a checkpoint's walk goes on
 * </pre>
 *
 * <p><b>Checkpoints.</b> A node is written under its address at the cut with that of its next, by
 * which they are put in order when they are loaded; so a node counts as changed, too, when its next
 * changes. The walk follows the chain, and whoever takes a node out moves it on.
 *
 * <p>Methods that change it need the place, whose item has been given to a running checkpoint.
 */
final class ListChain {
    static final int ROOT_BYTES = 32;

    /** A node's listpack is at most so long, but for one element that is longer. */
    static final int NODE_BYTES_MAX = 8 * 1024;

    /** A new node's. */
    private static final int NODE_BYTES_MIN = 256;

    private static final int SIZE = Root.TYPE_AT;
    private static final int HEAD = SIZE + 8;
    private static final int TAIL = SIZE + 16;
    private static final int WALK = SIZE + 24;

    private ListChain() {}

    static long make(Stripe stripe) {
        long root = Root.make(stripe, Item.TYPE_LIST, ROOT_BYTES);
        size(root, 0);
        head(root, 0);
        tail(root, 0);
        walk(root, 0);
        return root;
    }

    static long size(long root) {
        return Memory.getLong(root + SIZE);
    }

    static void size(long root, long elements) {
        Memory.putLong(root + SIZE, elements);
    }

    static long head(long root) {
        return Memory.getLong(root + HEAD);
    }

    static void head(long root, long node) {
        Memory.putLong(root + HEAD, node);
    }

    static long tail(long root) {
        return Memory.getLong(root + TAIL);
    }

    static void tail(long root, long node) {
        Memory.putLong(root + TAIL, node);
    }

    static long walk(long root) {
        return Memory.getLong(root + WALK);
    }

    static void walk(long root, long node) {
        Memory.putLong(root + WALK, node);
    }

    // ---- Links

    /** Call before a node, or its link to the next, changes. */
    private static void beforeChange(Place place, long root, long node) {
        Stripe stripe = place.stripe();
        if (!stripe.isWritten(ListNode.epoch(node))) {
            stripe.beforePartChange(place.database(), root, node);
            ListNode.epoch(node, stripe.epoch());
        }
    }

    /** Makes {@code next} follow {@code node}; either may be 0, for an end of the list. */
    private static void link(Place place, long root, long node, long next) {
        if (node == 0) {
            head(root, next);
        } else if (ListNode.next(node) != next) {
            beforeChange(place, root, node);
            ListNode.next(node, next);
        }
        if (next == 0) {
            tail(root, node);
        } else {
            ListNode.previous(next, node);
        }
    }

    private static long insertNode(
            Place place, long root, long previous, long next, long packBytes) {
        long node = ListNode.make(place.stripe(), root, Math.max(packBytes, NODE_BYTES_MIN));
        link(place, root, previous, node);
        link(place, root, node, next);
        return node;
    }

    private static void removeNode(Place place, long root, long node) {
        beforeChange(place, root, node);
        leave(root, node);
        link(place, root, ListNode.previous(node), ListNode.next(node));
        Root.free(place.stripe(), root, node);
    }

    /** A checkpoint's walk does not meet this node any more. */
    private static void leave(long root, long node) {
        if (walk(root) == node) {
            walk(root, ListNode.next(node));
        }
    }

    /** Sees to it that a node's listpack may become so long; returns where the node is then. */
    private static long makeRoom(Place place, long root, long node, long packBytes) {
        beforeChange(place, root, node);
        if (packBytes <= ListNode.packRoom(node)) {
            return node;
        }
        long fresh = ListNode.make(place.stripe(), root, packBytes);
        Memory.copy(ListNode.pack(node), ListNode.pack(fresh), Listpack.bytes(ListNode.pack(node)));
        leave(root, node);
        long next = ListNode.next(node);
        link(place, root, ListNode.previous(node), fresh);
        link(place, root, fresh, next);
        Root.free(place.stripe(), root, node);
        return fresh;
    }

    // ---- Elements

    /** Puts an element at the front or at the back. */
    static void push(Place place, long root, boolean front, long value, int length) {
        long end = front ? head(root) : tail(root);
        long more = Listpack.elementBytes(value, length);
        long bytes = end == 0 ? 0 : Listpack.bytes(ListNode.pack(end)) + more;
        if (end == 0 || bytes > NODE_BYTES_MAX) {
            bytes = Listpack.EMPTY_BYTES + more;
            end =
                    front
                            ? insertNode(place, root, 0, end, bytes)
                            : insertNode(place, root, end, 0, bytes);
        } else {
            end = makeRoom(place, root, end, bytes);
        }
        long pack = ListNode.pack(end);
        long at = front ? Listpack.first(pack) : Listpack.end(pack);
        Listpack.insert(pack, at, value, length);
        added(root, length);
    }

    private static void added(long root, int length) {
        size(root, size(root) + 1);
        Root.sawLength(root, length);
    }

    /** Takes {@code count} elements out from an index on; there are as many. */
    static void remove(Place place, long root, long index, long count) {
        long skipped = index;
        long node = head(root);
        if (index > size(root) / 2) {
            node = tail(root);
            skipped = index - (size(root) - ListNode.count(node));
            while (skipped < 0) {
                node = ListNode.previous(node);
                skipped += ListNode.count(node);
            }
        }
        long left = count;
        long shortened = 0;
        while (left > 0) {
            int inNode = ListNode.count(node);
            long next = ListNode.next(node);
            if (skipped >= inNode) {
                skipped -= inNode;
            } else {
                int removed = (int) Math.min(inNode - skipped, left);
                if (removed == inNode) {
                    removeNode(place, root, node);
                } else {
                    removeFromNode(place, root, node, (int) skipped, removed);
                    shortened = node;
                }
                left -= removed;
                skipped = 0;
            }
            node = next;
        }
        if (shortened != 0) {
            mend(place, root, shortened);
        }
        size(root, size(root) - count);
    }

    private static void removeFromNode(Place place, long root, long node, int from, int count) {
        beforeChange(place, root, node);
        long pack = ListNode.pack(node);
        Listpack.delete(pack, Listpack.at(pack, from), count);
    }

    /** Takes out elements that have a value; see {@link ListValue#removeEqual}. */
    static long removeEqual(
            Place place, long root, boolean back, long limit, long value, int length) {
        long removed = 0;
        long node = back ? tail(root) : head(root);
        while (node != 0 && removed < limit) {
            long following = back ? ListNode.previous(node) : ListNode.next(node);
            if (Listpack.find(Listpack.first(ListNode.pack(node)), value, length, 1) != 0) {
                beforeChange(place, root, node);
                removed +=
                        Listpack.deleteEqual(
                                ListNode.pack(node), back, limit - removed, value, length);
                mendPassed(place, root, node, back);
            }
            node = following;
        }
        size(root, size(root) - removed);
        return removed;
    }

    /** Merges a node with the one that was passed before it, or takes it out if it is empty. */
    private static void mendPassed(Place place, long root, long node, boolean back) {
        if (ListNode.count(node) == 0) {
            removeNode(place, root, node);
        } else if (back) {
            mergeWithNext(place, root, node);
        } else if (ListNode.previous(node) != 0) {
            mergeWithNext(place, root, ListNode.previous(node));
        }
    }

    /**
     * Merges a node that has become short with a neighbour, if both together are no more than half.
     */
    private static void mend(Place place, long root, long node) {
        if (!mergeWithNext(place, root, node) && ListNode.previous(node) != 0) {
            mergeWithNext(place, root, ListNode.previous(node));
        }
    }

    private static boolean mergeWithNext(Place place, long root, long node) {
        long next = ListNode.next(node);
        if (next == 0) {
            return false;
        }
        long bytes =
                (long) Listpack.bytes(ListNode.pack(node)) + Listpack.bytes(ListNode.pack(next));
        if (bytes > NODE_BYTES_MAX / 2) {
            return false;
        }
        long merged = makeRoom(place, root, node, bytes);
        Listpack.appendAll(ListNode.pack(merged), ListNode.pack(next));
        removeNode(place, root, next);
        return true;
    }

    /** Where an element is: the node, and the address in its listpack. */
    record At(long node, long address) {}

    /** The element at an index, which there is. */
    static At at(long root, long index) {
        long size = size(root);
        if (index < size / 2) {
            long left = index;
            long node = head(root);
            while (left >= ListNode.count(node)) {
                left -= ListNode.count(node);
                node = ListNode.next(node);
            }
            return new At(node, Listpack.at(ListNode.pack(node), (int) left));
        }
        long back = size - 1 - index;
        long node = tail(root);
        while (back >= ListNode.count(node)) {
            back -= ListNode.count(node);
            node = ListNode.previous(node);
        }
        return new At(node, Listpack.at(ListNode.pack(node), -1 - (int) back));
    }

    /** Puts another element in the place of one. */
    static void set(Place place, long root, long index, long value, int length) {
        At at = at(root, index);
        long pack = ListNode.pack(at.node);
        long offset = at.address - pack;
        long before = Listpack.next(at.address) - at.address;
        long bytes = Listpack.bytes(pack) - before + Listpack.elementBytes(value, length);
        if (bytes > NODE_BYTES_MAX && ListNode.count(at.node) > 1) {
            insert(place, root, index, value, length);
            remove(place, root, index + 1, 1);
            return;
        }
        long node = makeRoom(place, root, at.node, Math.max(bytes, Listpack.bytes(pack)));
        Listpack.replace(ListNode.pack(node), ListNode.pack(node) + offset, value, length);
        Root.sawLength(root, length);
    }

    /** Puts an element before the one that has an index now. */
    static void insert(Place place, long root, long index, long value, int length) {
        At at = at(root, index);
        long offset = at.address - ListNode.pack(at.node);
        long bytes =
                Listpack.bytes(ListNode.pack(at.node))
                        + (long) Listpack.elementBytes(value, length);
        if (bytes <= NODE_BYTES_MAX) {
            long node = makeRoom(place, root, at.node, bytes);
            Listpack.insert(ListNode.pack(node), ListNode.pack(node) + offset, value, length);
        } else {
            insertBetween(place, root, at, value, length);
        }
        added(root, length);
    }

    /** The node is full: what is before the element stays, the rest moves to a new one. */
    private static void insertBetween(Place place, long root, At at, long value, int length) {
        long pack = ListNode.pack(at.node);
        if (at.address != Listpack.first(pack)) {
            beforeChange(place, root, at.node);
            long rest = Listpack.end(pack) - at.address + Listpack.EMPTY_BYTES;
            long right = insertNode(place, root, at.node, ListNode.next(at.node), rest);
            Listpack.moveRest(pack, at.address, ListNode.pack(right));
            insertAlone(place, root, at.node, right, value, length);
        } else {
            insertAlone(place, root, ListNode.previous(at.node), at.node, value, length);
        }
    }

    private static void insertAlone(
            Place place, long root, long previous, long next, long value, int length) {
        long bytes = (long) Listpack.EMPTY_BYTES + Listpack.elementBytes(value, length);
        if (previous != 0) {
            long joined = Listpack.bytes(ListNode.pack(previous)) + bytes - Listpack.EMPTY_BYTES;
            if (joined <= NODE_BYTES_MAX) {
                long node = makeRoom(place, root, previous, joined);
                Listpack.append(ListNode.pack(node), value, length);
                return;
            }
        }
        long node = insertNode(place, root, previous, next, bytes);
        Listpack.append(ListNode.pack(node), value, length);
    }
}
