package dev.millrace.kv.collection;

import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

/**
 * A part of a large list: some of its elements in a listpack, between its neighbours.
 *
 * <pre>
 *  0  u64 next node, 0 at the end | u64 previous node | u64 while loading: the node loaded before
 * 24  u32 epoch, see Root
 * 28  listpack
 * </pre>
 */
final class ListNode {
    static final int PACK = 28;

    private static final int NEXT = 0;
    private static final int PREVIOUS = 8;
    private static final int LOADED_BEFORE = 16;
    private static final int EPOCH = 24;

    private ListNode() {}

    /** Makes one with room for a listpack of so many bytes, which is empty. */
    static long make(Stripe stripe, long root, long packBytes) {
        long node = Root.allocate(stripe, root, PACK + packBytes);
        Memory.putLong(node + NEXT, 0);
        Memory.putLong(node + PREVIOUS, 0);
        Memory.putLong(node + LOADED_BEFORE, 0);
        Memory.putInt(node + EPOCH, stripe.epoch());
        Listpack.init(node + PACK);
        return node;
    }

    static long pack(long node) {
        return node + PACK;
    }

    static int count(long node) {
        return Listpack.count(pack(node));
    }

    /** How long its listpack may become where it is. */
    static long packRoom(long node) {
        return Slabs.usable(node) - PACK;
    }

    static long next(long node) {
        return Memory.getLong(node + NEXT);
    }

    static void next(long node, long next) {
        Memory.putLong(node + NEXT, next);
    }

    static long previous(long node) {
        return Memory.getLong(node + PREVIOUS);
    }

    static void previous(long node, long previous) {
        Memory.putLong(node + PREVIOUS, previous);
    }

    static long loadedBefore(long node) {
        return Memory.getLong(node + LOADED_BEFORE);
    }

    static void loadedBefore(long node, long other) {
        Memory.putLong(node + LOADED_BEFORE, other);
    }

    static int epoch(long node) {
        return Memory.getInt(node + EPOCH);
    }

    static void epoch(long node, int epoch) {
        Memory.putInt(node + EPOCH, epoch);
    }
}
