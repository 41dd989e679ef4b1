package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Target.AtMost;
import dev.millrace.bench.report.Target.Open;
import dev.millrace.bench.report.Target.RatioAtLeast;
import dev.millrace.bench.report.Target.RatioAtMost;

import java.util.List;

/** All rows of the registry, with their targets. */
public final class RegistryRows {
    private RegistryRows() {}

    /** In the order in which they run. */
    public static List<Comparison> all() {
        return List.of(
                new RegisterRow("register-50000", new AtMost(5)),
                new LookupsRow("lookups-5000", 5_000, new AtMost(2)),
                new WatchersRow("watchers-10000", 10_000, new AtMost(200), new AtMost(20)),
                new DnsRow("dns-a", "A", "udp", new RatioAtLeast(1.0), new RatioAtMost(1.0)),
                new DnsRow("dns-srv", "SRV", "udp", new RatioAtLeast(1.0), new Open()),
                new DnsRow("dns-tcp", "A", "tcp", new Open(), new Open()));
    }
}
