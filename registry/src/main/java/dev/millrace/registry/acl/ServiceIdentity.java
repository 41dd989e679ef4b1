package dev.millrace.registry.acl;

import java.util.List;

/**
 * The rights that an instance of a service needs: to register it and its proxy, and to see others.
 *
 * @param datacenters where they are given; none: everywhere
 */
public record ServiceIdentity(String service, List<String> datacenters) {
    public ServiceIdentity {
        datacenters = List.copyOf(datacenters);
    }

    /** As the policy that they would be. */
    public String rules() {
        return """
        service "%s" { policy = "write" }
        service "%s-sidecar-proxy" { policy = "write" }
        service_prefix "" { policy = "read" }
        node_prefix "" { policy = "read" }
        """
                .formatted(service, service);
    }

    boolean isGivenIn(String datacenter) {
        return datacenters.isEmpty() || datacenters.contains(datacenter);
    }
}
