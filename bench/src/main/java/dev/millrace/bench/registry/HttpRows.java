package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Target.AtMost;

import java.util.List;

/** All rows of Consul's HTTP API, with their targets. */
public final class HttpRows {
    private HttpRows() {}

    /** In the order in which they run. */
    public static List<Comparison> all() {
        return List.of(
                new RegisterRow("register-50000", new AtMost(5)),
                new LookupsRow("lookups-5000", 5_000, new AtMost(2)),
                new WatchersRow("watchers-10000", 10_000, new AtMost(200), new AtMost(20)));
    }
}
