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
 * 24  u64 ms | u64 seq | u64 listpack
 * </pre>
 *
 * <p>The listpack is a block of its own: of the 4 KiB that it has at most, as a rule, with a head
 * before it an eighth would be lost to the next size of blocks.
 */
final class StreamNode {
    /** Where its ID is: the tree of nodes has none of its own. */
    static final int ID = StreamPart.BYTES;

    private static final int PACK = ID + 16;
    private static final int BYTES = PACK + 8;

    /** A new listpack's. */
    private static final long PACK_BYTES_MIN = 192;

    /** A listpack that grows gets twice the room, up to this. */
    private static final long PACK_BYTES_DOUBLED_MAX = 4096;

    private StreamNode() {}

    static long ms(long node) {
        return Memory.getLong(node + ID);
    }

    static long seq(long node) {
        return Memory.getLong(node + ID + 8);
    }

    static long pack(long node) {
        return Memory.getLong(node + PACK);
    }

    private static void pack(long node, long pack) {
        Memory.putLong(node + PACK, pack);
    }

    /** The node that an entry of {@link IdTree#NODES} is for. */
    static long of(long entry) {
        return Memory.getLong(entry);
    }

    /** Makes one with room for a listpack, of which nothing is written; the first of its ID. */
    static long make(Place place, long root, long ms, long seq, long packBytes) {
        Stripe stripe = place.stripe();
        long node = Root.allocate(stripe, root, BYTES);
        StreamPart.link(stripe, StreamRoot.part(root), node, StreamPart.NODE);
        StreamRoot.putId(node + ID, ms, seq);
        pack(node, Root.allocate(stripe, root, packBytes));
        IdTree.NODES.insertThing(place, root, StreamRoot.nodes(root), node);
        return node;
    }

    /** Makes one for a first entry that takes so many bytes at most, and for more. */
    static long make(Place place, long root, long ms, long seq, StreamFields first) {
        long bytes = Math.max(PACK_BYTES_MIN, StreamPack.bytes(first));
        long node = make(place, root, ms, seq, bytes);
        StreamPack.init(pack(node), first);
        return node;
    }

    /** Makes one with a copy of a whole listpack; the first of its ID. */
    static void copy(Place place, long root, long ms, long seq, long pack) {
        int bytes = Listpack.bytes(pack);
        Memory.copy(pack, pack(make(place, root, ms, seq, bytes)), bytes);
    }

    /** Sees to it that a node's listpack may become so long. */
    static void makeRoom(Stripe stripe, long root, long node, long bytes) {
        long usable = Slabs.usable(pack(node));
        if (bytes > usable) {
            movePack(
                    stripe,
                    root,
                    node,
                    Math.max(bytes, Math.min(2 * usable, PACK_BYTES_DOUBLED_MAX)));
        }
    }

    /** Gives back what a node does not need that will not grow any more. */
    static void fit(Stripe stripe, long root, long node) {
        long bytes = Listpack.bytes(pack(node));
        if (Slabs.blockBytes(bytes) < Slabs.usable(pack(node))) {
            movePack(stripe, root, node, bytes);
        }
    }

    private static void movePack(Stripe stripe, long root, long node, long bytes) {
        long pack = pack(node);
        long fresh = Root.allocate(stripe, root, bytes);
        Memory.copy(pack, fresh, Listpack.bytes(pack));
        Root.free(stripe, root, pack);
        pack(node, fresh);
    }

    /** Takes a node out. */
    static void remove(Place place, long root, long node) {
        StreamPart.beforeChange(place, root, node);
        IdTree.NODES.remove(place, root, StreamRoot.nodes(root), ms(node), seq(node));
        free(place.stripe(), root, node);
    }

    /** Frees a node that is in no tree any more. */
    static void free(Stripe stripe, long root, long node) {
        StreamPart.unlink(root, node);
        Root.free(stripe, root, pack(node));
        Root.free(stripe, root, node);
    }
}
