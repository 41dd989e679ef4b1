package dev.millrace.registry.catalog;

import java.util.List;

/**
 * A check of a node, or of one instance on it, and how it stands.
 *
 * @param node the node's name
 * @param id unique on the node
 * @param notes for people
 * @param output what the last run said
 * @param serviceId the instance's id, empty if it is the node's
 * @param serviceName empty if it is the node's
 * @param type {@code http}, {@code ttl} and the like, or empty
 * @param definition what is asked
 * @param local whether this node's agent has it, and runs it
 * @param createIndex the registry's index when it was made
 * @param modifyIndex the index of its last change
 */
public record Check(
        String node,
        String id,
        String name,
        Status status,
        String notes,
        String output,
        String serviceId,
        String serviceName,
        List<String> serviceTags,
        String type,
        Definition definition,
        boolean local,
        long createIndex,
        long modifyIndex) {
    public Check {
        serviceTags = List.copyOf(serviceTags);
    }

    /** The same as of other changes. */
    public Check at(long created, long modified) {
        return new Check(
                node,
                id,
                name,
                status,
                notes,
                output,
                serviceId,
                serviceName,
                serviceTags,
                type,
                definition,
                local,
                created,
                modified);
    }

    /** The same after a run. */
    public Check ran(Status now, String said) {
        return new Check(
                node,
                id,
                name,
                now,
                notes,
                said,
                serviceId,
                serviceName,
                serviceTags,
                type,
                definition,
                local,
                createIndex,
                modifyIndex);
    }

    /** The same of a certain service. */
    public Check of(Instance instance) {
        return new Check(
                node,
                id,
                name,
                status,
                notes,
                output,
                instance.id(),
                instance.service(),
                instance.tags(),
                type,
                definition,
                local,
                createIndex,
                modifyIndex);
    }

    /** True if it is its node's. */
    public boolean isOfNode() {
        return serviceId.isEmpty();
    }

    /** True if all but the indices is the same. */
    public boolean isSame(Check other) {
        return equals(other.at(createIndex, modifyIndex));
    }
}
