package dev.millrace.registry.session;

import java.util.List;

/**
 * A lease: keys are held by it, and with its end they are released or deleted.
 *
 * @param id a UUID as text
 * @param node the name of the node with which it ends
 * @param lockDelayNanos how long keys that it held may not be acquired after it was invalidated
 * @param deletes whether the keys that it held are deleted with it, and not released
 * @param ttl how long it lives without being renewed, as the client wrote it; empty: for good
 * @param nodeChecks ids of its node's checks with whose failure it ends
 * @param serviceChecks ids of services' checks on its node with whose failure it ends
 */
public record Session(
        String id,
        String name,
        String node,
        long lockDelayNanos,
        boolean deletes,
        String ttl,
        List<String> nodeChecks,
        List<String> serviceChecks,
        long createIndex,
        long modifyIndex) {
    public Session {
        nodeChecks = List.copyOf(nodeChecks);
        serviceChecks = List.copyOf(serviceChecks);
    }

    /** The same as of other changes. */
    public Session at(long created, long modified) {
        return new Session(
                id,
                name,
                node,
                lockDelayNanos,
                deletes,
                ttl,
                nodeChecks,
                serviceChecks,
                created,
                modified);
    }

    /** True if it ends when this check fails. */
    public boolean dependsOn(String check) {
        return nodeChecks.contains(check) || serviceChecks.contains(check);
    }
}
