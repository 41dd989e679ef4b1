package dev.millrace.kv.session;

/**
 * How long calls took: counts by a logarithmic scale with eight steps to a doubling, so a value
 * read back is at most an eighth too large. One lane writes, others read, a little stale.
 */
public final class Latencies {
    private static final int STEP_BITS = 3;
    private static final int STEPS = 1 << STEP_BITS;

    /** From 1 µs to some minutes; longer ones count as the longest. */
    private static final int BUCKETS = 30 * STEPS;

    private static final int NANOS_BITS = 10;

    private final long[] counts = new long[BUCKETS];

    void add(long nanos) {
        counts[bucket(nanos)]++;
    }

    private static int bucket(long nanos) {
        long scaled = nanos >>> NANOS_BITS - STEP_BITS;
        if (scaled < STEPS) {
            return (int) Math.max(scaled, 0);
        }
        int doubling = 63 - Long.numberOfLeadingZeros(scaled) - STEP_BITS;
        int bucket = (doubling << STEP_BITS) + (int) (scaled >>> doubling);
        return Math.min(bucket, BUCKETS - 1);
    }

    /** The largest time that counts into this bucket, ns. */
    private static long upper(int bucket) {
        int doubling = Math.max(0, (bucket >>> STEP_BITS) - 1);
        long scaled = bucket - ((long) doubling << STEP_BITS);
        return (scaled + 1 << doubling + NANOS_BITS - STEP_BITS) - 1;
    }

    /** Adds the counts of others, as for a sum over lanes. */
    public void add(Latencies other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += other.counts[i];
        }
    }

    public long count() {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    /** The time, ns, that so many percent of the calls did not exceed. */
    public long percentileNanos(double percent) {
        long wanted = (long) Math.ceil(count() * percent / 100);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= wanted && counts[i] > 0) {
                return upper(i);
            }
        }
        return 0;
    }

    /** How many calls took at most so long, ns. */
    public long atMost(long nanos) {
        long seen = 0;
        for (int i = 0; i < BUCKETS && upper(i) <= nanos; i++) {
            seen += counts[i];
        }
        return seen;
    }
}
