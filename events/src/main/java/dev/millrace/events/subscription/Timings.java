package dev.millrace.events.subscription;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How long a consumer had its last thousand messages. */
final class Timings {
    private static final int WINDOW = 1_000;

    /** The shares of KurrentDB's measurements, in the order in which it tells them. */
    private record Share(String name, double of) {}

    private static final List<Share> SHARES =
            List.of(
                    new Share("Quintile 1", 0),
                    new Share("Quintile 2", 0.2),
                    new Share("Quintile 3", 0.4),
                    new Share("Quintile 4", 0.6),
                    new Share("Quintile 5", 0.8),
                    new Share("90%", 0.9),
                    new Share("95%", 0.95),
                    new Share("99%", 0.99),
                    new Share("99.5%", 0.995),
                    new Share("99.9%", 0.999));

    private final long[] last = new long[WINDOW];
    private long count;

    void add(long millis) {
        last[(int) (count++ % WINDOW)] = millis;
    }

    /** What they come to, in milliseconds; nothing if there were none. */
    List<SubscriptionInfo.Measurement> measurements() {
        if (count == 0) {
            return List.of();
        }
        long[] sorted = Arrays.copyOf(last, (int) Math.min(count, WINDOW));
        Arrays.sort(sorted);
        List<SubscriptionInfo.Measurement> all = new ArrayList<>();
        all.add(measurement("Mean", Arrays.stream(sorted).sum() / sorted.length));
        all.add(measurement("Median", sorted[sorted.length / 2]));
        all.add(measurement("Fastest", sorted[0]));
        for (Share share : SHARES) {
            all.add(measurement(share.name, sorted[(int) (share.of * sorted.length)]));
        }
        all.add(measurement("Highest", sorted[sorted.length - 1]));
        return all;
    }

    private static SubscriptionInfo.Measurement measurement(String name, long millis) {
        return new SubscriptionInfo.Measurement(name, millis);
    }
}
