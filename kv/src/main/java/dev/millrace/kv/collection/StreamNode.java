package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

/**
 * A part of a stream: some of its entries, see {@link StreamPack}. It is found by the ID of the
 * first it ever had.
 *
 * <pre>
 *  0  part's head
 * 24  u64 ms | u64 seq
 * 40  listpack
 * </pre>
 */
final class StreamNode {
    private static final int ID = StreamPart.BYTES;
    static final int PACK = ID + 16;

    /** A new node's. */
    private static final long BYTES_MIN = 256;

    /** A node that grows gets twice the room, up to this. */
    private static final long BYTES_DOUBLED_MAX = 4096;

    private StreamNode() {}

    static long ms(long node) {
        return Memory.getLong(node + ID);
    }

    static long seq(long node) {
        return Memory.getLong(node + ID + 8);
    }

    static long pack(long node) {
        return node + PACK;
    }

    /** The node that an entry of {@link IdTree#NODES} is for. */
    static long of(long entry) {
        return Memory.getLong(entry + IdTree.PAYLOAD);
    }

    private static void of(long entry, long node) {
        Memory.putLong(entry + IdTree.PAYLOAD, node);
    }

    /** Makes one with room for a listpack, of which nothing is written; the first of its ID. */
    static long make(Place place, long root, long ms, long seq, long packBytes) {
        Stripe stripe = place.stripe();
        long node = Root.allocate(stripe, root, Math.max(BYTES_MIN, PACK + packBytes));
        StreamPart.link(stripe, root, node, StreamPart.NODE);
        StreamRoot.putId(node + ID, ms, seq);
        of(IdTree.NODES.insert(place, root, StreamRoot.nodes(root), 0, ms, seq), node);
        return node;
    }

    /** Makes one with a copy of a whole listpack; the first of its ID. */
    static void copy(Place place, long root, long ms, long seq, long pack) {
        int bytes = Listpack.bytes(pack);
        Memory.copy(pack, pack(make(place, root, ms, seq, bytes)), bytes);
    }

    /** Sees to it that a node's listpack may become so long; returns where the node is then. */
    static long makeRoom(Stripe stripe, long root, long entry, long packBytes) {
        long node = of(entry);
        long bytes = PACK + packBytes;
        long usable = Slabs.usable(node);
        if (bytes <= usable) {
            return node;
        }
        return move(stripe, root, entry, Math.max(bytes, Math.min(2 * usable, BYTES_DOUBLED_MAX)));
    }

    /** Gives back what a node does not need that will not grow any more. */
    static void fit(Stripe stripe, long root, long entry) {
        long node = of(entry);
        long bytes = PACK + (long) Listpack.bytes(pack(node));
        if (Slabs.blockBytes(bytes) < Slabs.usable(node)) {
            move(stripe, root, entry, bytes);
        }
    }

    private static long move(Stripe stripe, long root, long entry, long bytes) {
        long node = of(entry);
        long fresh = Root.allocate(stripe, root, bytes);
        Memory.copy(node, fresh, PACK + (long) Listpack.bytes(pack(node)));
        StreamPart.moved(root, node, fresh);
        Root.free(stripe, root, node);
        of(entry, fresh);
        return fresh;
    }

    /** Takes a node out. */
    static void remove(Place place, long root, long node) {
        StreamPart.beforeChange(place, root, node);
        IdTree.NODES.remove(place, root, StreamRoot.nodes(root), ms(node), seq(node));
        StreamPart.unlink(root, node);
        Root.free(place.stripe(), root, node);
    }
}
