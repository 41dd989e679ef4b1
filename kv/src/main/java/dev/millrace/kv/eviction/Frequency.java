package dev.millrace.kv.eviction;

import java.util.SplittableRandom;

/**
 * How often an item was used lately, in the 24 bits that are its access clock otherwise: 16 of the
 * minute of the last decay, 8 of a counter that grows by chance, the less the higher it is (Morris,
 * "Counting large numbers of events in small registers", 1978), and falls by time. As Redis has it
 * under its {@code lfu} policies.
 */
public final class Frequency {
    /** The counter of a new item: not the least, or it would be the first to go. */
    public static final int INITIAL = 5;

    private static final int COUNTER_MAX = 255;
    private static final int MINUTE_MASK = 0xffff;
    private static final long MILLIS_PER_MINUTE = 60_000;

    private Frequency() {}

    /** What a new item gets at this time. */
    public static int initial(long nowMillis) {
        return at(nowMillis, INITIAL);
    }

    /** What an item gets whose counter is known. */
    public static int at(long nowMillis, int counter) {
        return minute(nowMillis) << 8 | counter;
    }

    private static int minute(long nowMillis) {
        return (int) (nowMillis / MILLIS_PER_MINUTE) & MINUTE_MASK;
    }

    /**
     * The counter now.
     *
     * @param decayMinutes it falls by one in so many minutes; 0: never
     */
    public static int counter(int access, long nowMillis, long decayMinutes) {
        int passed = minute(nowMillis) - (access >>> 8) & MINUTE_MASK;
        long periods = decayMinutes == 0 ? 0 : passed / decayMinutes;
        return (int) Math.max(0, (access & COUNTER_MAX) - periods);
    }

    /** What an item has after one more use. */
    public static int used(
            int access,
            long nowMillis,
            long decayMinutes,
            long logFactor,
            SplittableRandom random) {
        int counter = counter(access, nowMillis, decayMinutes);
        if (counter < COUNTER_MAX) {
            long base = Math.max(0, counter - INITIAL);
            if (random.nextDouble() < 1.0 / (base * logFactor + 1)) {
                counter++;
            }
        }
        return at(nowMillis, counter);
    }
}
