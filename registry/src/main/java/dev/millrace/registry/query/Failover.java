package dev.millrace.registry.query;

import java.util.List;

/**
 * What is done when nothing is found.
 *
 * @param nearest how many other datacenters are asked
 * @param datacenters which ones after those
 */
public record Failover(long nearest, List<String> datacenters, List<FailoverTarget> targets) {
    public static final Failover NONE = new Failover(0, List.of(), List.of());

    public Failover {
        datacenters = List.copyOf(datacenters);
        targets = List.copyOf(targets);
    }
}
