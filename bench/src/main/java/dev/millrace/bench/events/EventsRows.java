package dev.millrace.bench.events;

import static dev.millrace.bench.events.AppendRow.Peer.KAFKA;
import static dev.millrace.bench.events.AppendRow.Peer.POSTGRESQL;

import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.report.Target.AtMost;
import dev.millrace.bench.report.Target.RatioAtLeast;
import dev.millrace.bench.report.Target.RatioAtMost;

import java.util.List;

/** All rows of the event store, with their targets. */
public final class EventsRows {
    private static final Target OPEN = new Target.Open();

    private EventsRows() {}

    /** In the order in which they run. */
    public static List<Comparison> all() {
        Target read = new RatioAtLeast(0.8);
        Target readCpu = new RatioAtMost(1.0);
        return List.of(
                new AppendRow("append-50-by1", POSTGRESQL, 50, 1, OPEN, OPEN),
                new AppendRow(
                        "append-50-by16",
                        POSTGRESQL,
                        50,
                        16,
                        new RatioAtLeast(3),
                        new RatioAtMost(0.3)),
                new AppendRow("append-1-by1", POSTGRESQL, 1, 1, new RatioAtLeast(0.8), OPEN),
                new AppendRow("append-50-kafka", KAFKA, 50, 1, new RatioAtLeast(2), OPEN),
                new ReadRow("read-stream", Side.Reading.STREAM, read, readCpu),
                new ReadRow("read-all", Side.Reading.ALL, read, readCpu),
                new SubscriptionsRow("subscriptions-1000", 1000, new AtMost(50)));
    }
}
