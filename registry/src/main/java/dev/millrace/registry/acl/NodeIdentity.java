package dev.millrace.registry.acl;

/**
 * The rights that a node's agent needs: to register it, and to see services.
 *
 * @param datacenter where they are given
 */
public record NodeIdentity(String node, String datacenter) {
    /** As the policy that they would be. */
    public String rules() {
        return """
        node "%s" { policy = "write" }
        service_prefix "" { policy = "read" }
        """
                .formatted(node);
    }
}
