package dev.millrace.registry.catalog;

/** Which instance of a service, by the node's name in lower case and the instance's id. */
public record InstanceKey(String node, String id) implements Comparable<InstanceKey> {
    @Override
    public int compareTo(InstanceKey other) {
        int byNode = node.compareTo(other.node);
        return byNode != 0 ? byNode : id.compareTo(other.id);
    }
}
