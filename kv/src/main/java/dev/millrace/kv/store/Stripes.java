package dev.millrace.kv.store;

import java.util.function.ToLongFunction;

/** The stripes of one shard: a power of two, from the hash slot. */
public final class Stripes {
    private final Stripe[] stripes;
    private final ServerState state = new ServerState(this);
    private volatile boolean tracked;
    private volatile long forgottenFreed;

    /** {@code count} must be a power of two, at most {@link Slot#COUNT}. */
    public Stripes(int count) {
        if (Integer.bitCount(count) != 1 || count > Slot.COUNT) {
            throw new IllegalArgumentException(
                    "kv.stripes: " + count + " (expected: a power of two, <= " + Slot.COUNT + ")");
        }
        stripes = new Stripe[count];
        for (int i = 0; i < count; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** Whether somebody wants to be told of changes to what it has read. */
    public boolean isTracked() {
        return tracked;
    }

    public void tracked(boolean wanted) {
        tracked = wanted;
    }

    /** A bit for each. */
    public long mask() {
        return -1L >>> (Long.SIZE - count());
    }

    public int count() {
        return stripes.length;
    }

    public Stripe stripe(int index) {
        return stripes[index];
    }

    /** The index of the stripe that has this key. With a single stripe the slot is not computed. */
    public int indexOf(long key, int length) {
        return stripes.length == 1 ? 0 : Slot.of(key, length) & stripes.length - 1;
    }

    public Stripe of(long key, int length) {
        return stripes[indexOf(key, length)];
    }

    /** What the server keeps of itself. */
    public ServerState state() {
        return state;
    }

    /** Bytes that all keys take. A little stale for who holds no locks. */
    public long usedBytes() {
        return sum(Stripe::usedBytes);
    }

    /** Keys that were deleted and are yet to be freed. A little stale for who holds no locks. */
    public long objectsToFree() {
        return sum(Stripe::objectsToFree);
    }

    /**
     * Keys that were freed bit by bit since {@link #forgetFreed}. A little stale for who holds no
     * locks.
     */
    public long objectsFreed() {
        return allFreed() - forgottenFreed;
    }

    /** From any thread. */
    public void forgetFreed() {
        forgottenFreed = allFreed();
    }

    private long allFreed() {
        return sum(Stripe::objectsFreed);
    }

    private long sum(ToLongFunction<Stripe> quantity) {
        long sum = 0;
        for (Stripe stripe : stripes) {
            sum += quantity.applyAsLong(stripe);
        }
        return sum;
    }

    /** Locks all, in ascending order. */
    public void lockAll() {
        for (Stripe stripe : stripes) {
            stripe.lock();
        }
    }

    public void unlockAll() {
        for (Stripe stripe : stripes) {
            stripe.unlock();
        }
    }
}
