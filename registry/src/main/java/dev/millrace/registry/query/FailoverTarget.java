package dev.millrace.registry.query;

import java.util.List;

/**
 * Where else it is looked for. Consul's targets are other datacenters and peers, of which there are
 * none here: those are kept, told and passed over. One with a service or with tags is ours alone
 * (docs/decisions/registry-acl.md): instances of that service, or of the same if none is named,
 * that have these tags.
 */
public record FailoverTarget(String peer, String datacenter, String service, List<String> tags) {
    public FailoverTarget {
        tags = List.copyOf(tags);
    }

    /** Whether it can be found in a datacenter, and is not what was looked for already. */
    boolean isIn(String here) {
        boolean elsewhere = !peer.isEmpty() || !datacenter.isEmpty() && !datacenter.equals(here);
        return !elsewhere && !(service.isEmpty() && tags.isEmpty());
    }
}
