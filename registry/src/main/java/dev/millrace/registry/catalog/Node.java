package dev.millrace.registry.catalog;

import java.util.Map;

/**
 * A machine, or what stands for one.
 *
 * @param id a UUID as text, or empty
 * @param name unique, regardless of case
 * @param taggedAddresses its addresses by what they are for: {@code lan}, {@code wan}
 * @param createIndex the registry's index when it was made
 * @param modifyIndex the index of its last change
 */
public record Node(
        String id,
        String name,
        String address,
        Map<String, String> taggedAddresses,
        Map<String, String> meta,
        long createIndex,
        long modifyIndex) {
    public Node {
        taggedAddresses = Map.copyOf(taggedAddresses);
        meta = Map.copyOf(meta);
    }

    /** The same as of other changes. */
    public Node at(long created, long modified) {
        return new Node(id, name, address, taggedAddresses, meta, created, modified);
    }

    /** True if all but the indices is the same. */
    public boolean isSame(Node other) {
        return equals(other.at(createIndex, modifyIndex));
    }
}
