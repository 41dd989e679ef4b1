package dev.millrace.kv.store;

import dev.millrace.kernel.memory.Memory;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Who waits for which keys of one stripe, for each key in the order in which they came; under the
 * stripe's lock. What they wait for, and how it ends, is the package {@code blocking}'s.
 */
public final class Waits {
    /** One who waits. */
    public interface Waiter {
        /** True until it is served or has given up; it is taken out of here some time later. */
        boolean isWaiting();

        /**
         * Whether what is under one of its keys is what it waits for, or that nothing is.
         *
         * @param found the key's place; what stands there has not expired
         */
        boolean accepts(DatabaseKey name, Place found);

        /** Stripes that serving it changes beyond the key's, one bit each. */
        long reach();
    }

    private final Map<DatabaseKey, LinkedHashSet<Waiter>> byName = new HashMap<>();

    /** By stripe: how many of those who wait here reach it. */
    private final int[] reaching = new int[Long.SIZE];

    private long reach;

    /** No key that anybody ever waited for is longer. */
    private int longestKey;

    public void add(DatabaseKey name, Waiter waiter) {
        if (byName.computeIfAbsent(name, n -> new LinkedHashSet<>(2)).add(waiter)) {
            countReach(waiter.reach(), 1);
            longestKey = Math.max(longestKey, name.key().length);
        }
    }

    /** Takes one out that may be there. */
    public void remove(DatabaseKey name, Waiter waiter) {
        LinkedHashSet<Waiter> waiters = byName.get(name);
        if (waiters != null && waiters.remove(waiter)) {
            countReach(waiter.reach(), -1);
            if (waiters.isEmpty()) {
                byName.remove(name);
            }
        }
    }

    private void countReach(long mask, int more) {
        for (long left = mask; left != 0; left &= left - 1) {
            int stripe = Long.numberOfTrailingZeros(left);
            reaching[stripe] += more;
            long bit = 1L << stripe;
            reach = reaching[stripe] > 0 ? reach | bit : reach & ~bit;
        }
    }

    /** All stripes that serving those who wait here may change beyond this one, one bit each. */
    public long reach() {
        return reach;
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }

    /** The name of a key that somebody waits for, or null. */
    public @Nullable DatabaseKey find(int database, long key, int length) {
        if (length > longestKey) {
            return null; // It may be too long for the heap.
        }
        DatabaseKey name = new DatabaseKey(database, Memory.bytes(key, length));
        return byName.containsKey(name) ? name : null;
    }

    /** The one who has waited longest for what is under a key now, or null. */
    public @Nullable Waiter first(DatabaseKey name, Place found) {
        LinkedHashSet<Waiter> waiters = byName.get(name);
        if (waiters != null) {
            for (Waiter waiter : waiters) {
                if (waiter.isWaiting() && waiter.accepts(name, found)) {
                    return waiter;
                }
            }
        }
        return null;
    }

    /** Tells of each key that somebody waits for. */
    public void each(Consumer<DatabaseKey> action) {
        byName.keySet().forEach(action);
    }
}
