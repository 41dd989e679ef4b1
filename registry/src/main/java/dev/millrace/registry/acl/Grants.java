package dev.millrace.registry.acl;

import java.util.List;

/**
 * What a token or a role has its rights from.
 *
 * @param policies their ids; those that are not there any more give nothing
 */
public record Grants(
        List<String> policies,
        List<ServiceIdentity> serviceIdentities,
        List<NodeIdentity> nodeIdentities) {
    public static final Grants NONE = new Grants(List.of(), List.of(), List.of());

    public Grants {
        policies = List.copyOf(policies);
        serviceIdentities = List.copyOf(serviceIdentities);
        nodeIdentities = List.copyOf(nodeIdentities);
    }

    static Grants of(String policy) {
        return new Grants(List.of(policy), List.of(), List.of());
    }
}
