package dev.millrace.bench.client;

import java.util.Arrays;

/** The planned send times of what is in flight on one connection, oldest first. Grows, unboxed. */
final class PlannedTimes {
    private static final int IN_FLIGHT_MAX = 1 << 22;

    private long[] ring = new long[64];
    private int head;
    private int count;

    void add(long nanos) {
        if (count == ring.length) {
            grow();
        }
        ring[(head + count) & (ring.length - 1)] = nanos;
        count++;
    }

    long take() {
        if (count == 0) {
            throw new IllegalStateException("a reply that nothing in flight asked for");
        }
        long nanos = ring[head];
        head = (head + 1) & (ring.length - 1);
        count--;
        return nanos;
    }

    int count() {
        return count;
    }

    private void grow() {
        if (ring.length == IN_FLIGHT_MAX) {
            throw new IllegalStateException("in flight: more than " + IN_FLIGHT_MAX);
        }
        long[] larger = Arrays.copyOf(ring, ring.length * 2);
        // The wrapped part continues behind the old end.
        System.arraycopy(ring, 0, larger, ring.length, head);
        ring = larger;
    }
}
