package dev.millrace.registry.catalog;

import java.util.List;
import java.util.Map;

/**
 * An instance of a service on a node.
 *
 * @param node the node's name
 * @param id unique on the node
 * @param service the service's name
 * @param kind empty for what is an ordinary service
 * @param address empty: its node's
 * @param port 0: none
 * @param socketPath where it is reached instead of by a port, or empty
 * @param taggedAddresses by what they are for: {@code lan}, {@code wan}
 * @param enableTagOverride whether its tags may be changed through the catalog for good
 * @param proxy what a proxy of a service mesh says of itself, as JSON; empty for all others
 * @param local whether this node's agent registered it, and runs its checks
 * @param createIndex the registry's index when it was made
 * @param modifyIndex the index of its last change
 */
public record Instance(
        String node,
        String id,
        String service,
        String kind,
        List<String> tags,
        String address,
        int port,
        String socketPath,
        Map<String, ServiceAddress> taggedAddresses,
        Map<String, String> meta,
        Weights weights,
        boolean enableTagOverride,
        String proxy,
        boolean local,
        long createIndex,
        long modifyIndex) {
    public Instance {
        tags = List.copyOf(tags);
        taggedAddresses = Map.copyOf(taggedAddresses);
        meta = Map.copyOf(meta);
    }

    /** The same as of other changes. */
    public Instance at(long created, long modified) {
        return new Instance(
                node,
                id,
                service,
                kind,
                tags,
                address,
                port,
                socketPath,
                taggedAddresses,
                meta,
                weights,
                enableTagOverride,
                proxy,
                local,
                created,
                modified);
    }

    /** True if all but the indices is the same. */
    public boolean isSame(Instance other) {
        return equals(other.at(createIndex, modifyIndex));
    }

    /** True if it has a tag, regardless of case. */
    public boolean hasTag(String tag) {
        return tags.stream().anyMatch(tag::equalsIgnoreCase);
    }
}
