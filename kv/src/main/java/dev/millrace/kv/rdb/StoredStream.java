package dev.millrace.kv.rdb;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kv.collection.Collections;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.collection.StoredPart;
import dev.millrace.kv.collection.StreamId;
import dev.millrace.kv.collection.StreamParts;
import dev.millrace.kv.collection.StreamValue;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Stripe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Writes a stream of a checkpoint to a dump. Its nodes, which come in any order, are put in order
 * by their names and stay where they are; its groups, and what is pending, go through a store
 * apart.
 */
final class StoredStream {
    private record Node(StreamId id, long pack, int bytes) {}

    private final Stripe apart = new Stripe();
    private final Place place = new Place(apart);
    private final StoredPart part = new StoredPart();
    private final List<Node> nodes = new ArrayList<>();
    private long entries;

    void write(LargeIndex.Large large, LargeIndex index, DumpFile dump) throws IOException {
        long hash = KeyHash.of(large.key(), large.keyLength());
        place.set(apart, apart.database(0), hash, large.key(), large.keyLength(), 0);
        StreamValue.create(place);
        entries = 0;
        try {
            index.eachRun(large, this::gather);
            StreamParts.instance().loadedWithoutNodes(apart, Item.root(place.item()));
            requireEntries();
            nodes.sort(Comparator.comparing(Node::id));
            dump.writer().length(nodes.size());
            for (Node node : nodes) {
                DumpedStream.writeNodeName(node.id.ms(), node.id.seq(), dump.writer());
                dump.string(node.pack, node.bytes);
            }
            DumpedStream.writeRest(place, dump.writer());
            dump.flushSome();
        } finally {
            forget();
        }
    }

    private void gather(long begin, long end) {
        StreamParts parts = StreamParts.instance();
        long at = begin;
        while (at < end) {
            if (StreamParts.isNode(at)) {
                at = parts.read(part, at, end);
                nodes.add(new Node(part.id(), part.value(), part.valueLength()));
                entries += StreamParts.liveEntries(part.value());
            } else {
                at = parts.load(place, at, end);
            }
        }
    }

    private void requireEntries() {
        if (entries != StreamValue.length(place)) {
            throw new CorruptJournalException(
                    "kv stream: "
                            + entries
                            + " entries (expected: "
                            + StreamValue.length(place)
                            + ")");
        }
    }

    private void forget() {
        nodes.clear();
        Collections.delete(place);
        while (apart.sweep(Integer.MAX_VALUE, Parts::freeSomeOf)) {
            // All of it.
        }
    }
}
