package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Target.Open;
import dev.millrace.bench.report.Target.RatioAtLeast;
import dev.millrace.bench.report.Target.RatioAtMost;

import java.util.List;

/** All rows of DNS, with their targets. */
public final class DnsRows {
    private DnsRows() {}

    /** In the order in which they run. */
    public static List<Comparison> all() {
        return List.of(
                new DnsRow("dns-a", "A", "udp", new RatioAtLeast(1.0), new RatioAtMost(1.0)),
                new DnsRow("dns-srv", "SRV", "udp", new RatioAtLeast(1.0), new Open()),
                new DnsRow("dns-tcp", "A", "tcp", new Open(), new Open()));
    }
}
