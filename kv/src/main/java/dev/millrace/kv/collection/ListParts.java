package dev.millrace.kv.collection;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.packed.Listpack;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Place;
import dev.millrace.kv.store.Root;
import dev.millrace.kv.store.Stripe;

import java.util.HashMap;
import java.util.Map;

/**
 * The nodes of a large list. They have a name each, and say which comes next; the one that none
 * says so of is the first.
 *
 * <pre>
 * u64 name | u64 next node's name, 0 for the last | varint bytes | listpack
 * </pre>
 *
 * <p>While they are loaded a node's name stands in its link to the previous, and the next one's in
 * its link to the next.
 */
final class ListParts implements Parts {
    static final Parts INSTANCE = new ListParts();

    private static final int FREED_AT_ONCE = 16;

    private ListParts() {}

    @Override
    public boolean freeSome(Stripe stripe, long root) {
        for (int i = 0; i < FREED_AT_ONCE; i++) {
            long node = ListChain.head(root);
            if (node == 0) {
                return true;
            }
            ListChain.head(root, ListNode.next(node));
            Root.free(stripe, root, node);
        }
        return false;
    }

    @Override
    public void copy(long root, Place to) {
        createEmpty(to);
        long copy = Item.root(to.item());
        long last = 0;
        for (long node = ListChain.head(root); node != 0; node = ListNode.next(node)) {
            long bytes = Listpack.bytes(ListNode.pack(node));
            long fresh = ListNode.make(to.stripe(), copy, bytes);
            Memory.copy(ListNode.pack(node), ListNode.pack(fresh), bytes);
            append(copy, last, fresh);
            last = fresh;
        }
        ListChain.size(copy, ListChain.size(root));
        Root.sawLength(copy, Root.longest(root));
    }

    private static void append(long root, long last, long node) {
        if (last == 0) {
            ListChain.head(root, node);
        } else {
            ListNode.next(last, node);
        }
        ListNode.previous(node, last);
        ListNode.next(node, 0);
        ListChain.tail(root, node);
    }

    @Override
    public void each(long root, Visitor visitor) {
        for (long node = ListChain.head(root); node != 0; node = ListNode.next(node)) {
            visitor.part(node);
        }
    }

    /** The cursor is kept in the root, where changes of the chain move it: 1 says that it is. */
    @Override
    public long walk(Stripe stripe, long root, long cursor, Visitor visitor) {
        long node = cursor == 0 ? ListChain.head(root) : ListChain.walk(root);
        if (node != 0) {
            if (!stripe.isWritten(ListNode.epoch(node))) {
                visitor.part(node);
                ListNode.epoch(node, stripe.epoch());
            }
            node = ListNode.next(node);
        }
        ListChain.walk(root, node);
        return node == 0 ? 0 : 1;
    }

    @Override
    public void write(long part, NativeBuffer out) {
        out.putLong(part);
        out.putLong(ListNode.next(part));
        int bytes = Listpack.bytes(ListNode.pack(part));
        out.putVarint(bytes);
        out.put(ListNode.pack(part), bytes);
    }

    @Override
    public long size(long root) {
        return ListChain.size(root);
    }

    @Override
    public void createEmpty(Place place) {
        ListValue.toChain(place);
    }

    @Override
    public long load(Place place, long at, long end) {
        StoredPart part = new StoredPart();
        long after = read(part, at, end);
        long pack = part.value();
        int bytes = part.valueLength();
        long root = Item.root(place.item());
        long node = ListNode.make(place.stripe(), root, bytes);
        Memory.copy(pack, ListNode.pack(node), bytes);
        ListNode.previous(node, part.node());
        ListNode.next(node, part.nextNode());
        ListNode.loadedBefore(node, ListChain.tail(root));
        ListChain.tail(root, node);
        ListChain.size(root, ListChain.size(root) + Listpack.count(pack));
        // A bound is enough, and no element is longer than its listpack.
        Root.sawLength(root, bytes);
        return after;
    }

    @Override
    public long read(StoredPart into, long at, long end) {
        PartReader in = new PartReader(at, end);
        long name = in.i64();
        into.node(name, in.i64());
        int bytes = in.length();
        long pack = in.skip(bytes);
        String wrong = Listpack.check(pack, bytes);
        if (!wrong.isEmpty() || Listpack.count(pack) == 0) {
            throw new CorruptJournalException("kv list's node: " + wrong);
        }
        into.value(pack, bytes);
        return in.at();
    }

    @Override
    public void loaded(Stripe stripe, long root) {
        Map<Long, Long> byName = new HashMap<>();
        Map<Long, Long> byNext = new HashMap<>();
        int nodes = 0;
        for (long node = ListChain.tail(root); node != 0; node = ListNode.loadedBefore(node)) {
            byName.put(ListNode.previous(node), node);
            byNext.put(ListNode.next(node), node);
            nodes++;
        }
        if (byName.size() != nodes || byNext.size() != nodes) {
            throw PartReader.twice();
        }
        long first = 0;
        for (Map.Entry<Long, Long> named : byName.entrySet()) {
            if (!byNext.containsKey(named.getKey())) {
                first = named.getValue();
            }
        }
        ListChain.tail(root, 0);
        int linked = 0;
        long last = 0;
        for (long node = first; node != 0; linked++) {
            long next = ListNode.next(node);
            append(root, last, node);
            last = node;
            node = next == 0 ? 0 : byName.getOrDefault(next, 0L);
        }
        if (linked != nodes) {
            throw new CorruptJournalException(
                    "kv list: " + linked + " nodes in order (expected: " + nodes + ")");
        }
    }
}
