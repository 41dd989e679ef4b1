package dev.millrace.kv.operator;

import java.util.Locale;
import java.util.function.LongUnaryOperator;

/**
 * How full a hash table's home buckets are, in the form of DEBUG HTSTATS. What Redis calls a slot
 * is a home bucket here, and its chain what the bucket holds.
 */
final class TableFacts {
    /** Longer chains count as so long, as in Redis. */
    private static final int CHAIN_MAX = 50;

    private static final double PERCENT = 100;

    private final long[] chains = new long[CHAIN_MAX];
    private long entries;
    private long buckets;
    private long longest;
    private long inBucket;

    /** An entry of the bucket that is visited. */
    void entry() {
        inBucket++;
    }

    /**
     * Goes through a table.
     *
     * @param scan visits one bucket, telling {@link #entry} of what is there; from a cursor to the
     *     next one, from 0 to 0
     */
    void table(LongUnaryOperator scan) {
        long cursor = 0;
        do {
            inBucket = 0;
            cursor = scan.applyAsLong(cursor);
            buckets++;
            entries += inBucket;
            longest = Math.max(longest, inBucket);
            chains[(int) Math.min(inBucket, CHAIN_MAX - 1)]++;
        } while (cursor != 0);
    }

    String text() {
        String head = "Hash table 0 stats (main hash table):\n";
        if (entries == 0) {
            return head + "No stats available for empty dictionaries\n";
        }
        long used = buckets - chains[0];
        StringBuilder text = new StringBuilder(head);
        text.append(" table size: ").append(buckets).append('\n');
        text.append(" number of elements: ").append(entries).append('\n');
        text.append(" different slots: ").append(used).append('\n');
        text.append(" max chain length: ").append(longest).append('\n');
        String average = String.format(Locale.ROOT, "%.2f", (double) entries / used);
        text.append(" avg chain length (counted): ").append(average).append('\n');
        text.append(" avg chain length (computed): ").append(average).append('\n');
        text.append(" Chain length distribution:\n");
        for (int i = 0; i < CHAIN_MAX; i++) {
            if (chains[i] > 0) {
                String of = String.format(Locale.ROOT, "%.2f", chains[i] * PERCENT / buckets);
                String last = i == CHAIN_MAX - 1 ? ">= " : "";
                text.append("   %s%d: %d (%s%%)\n".formatted(last, i, chains[i], of));
            }
        }
        return text.toString();
    }
}
