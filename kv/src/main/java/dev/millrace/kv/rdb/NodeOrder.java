package dev.millrace.kv.rdb;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kv.collection.StoredPart;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The nodes of one list, which come in any order and say which follows them. The one that follows
 * none is the first.
 */
final class NodeOrder {
    private record Node(long next, long pack, int bytes) {}

    /** Is told of a node's listpack. */
    @FunctionalInterface
    interface Visitor {
        void pack(long address, int bytes) throws IOException;
    }

    private final Map<Long, Node> byName = new HashMap<>();
    private final Set<Long> following = new HashSet<>();

    void add(StoredPart part) {
        byName.put(part.node(), new Node(part.nextNode(), part.value(), part.valueLength()));
        following.add(part.nextNode());
    }

    int count() {
        return byName.size();
    }

    /**
     * Tells of all, from the first.
     *
     * @throws CorruptJournalException if they have no order
     */
    void each(Visitor visitor) throws IOException {
        Node node = first();
        int seen = 0;
        for (; node != null && seen < byName.size(); seen++) {
            visitor.pack(node.pack, node.bytes);
            node = byName.get(node.next);
        }
        if (node != null || seen != byName.size()) {
            throw new CorruptJournalException(
                    "kv list: " + seen + " nodes in order (expected: " + byName.size() + ")");
        }
    }

    private @Nullable Node first() {
        for (Map.Entry<Long, Node> named : byName.entrySet()) {
            if (!following.contains(named.getKey())) {
                return named.getValue();
            }
        }
        return null;
    }
}
