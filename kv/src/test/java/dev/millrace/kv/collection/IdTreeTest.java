package dev.millrace.kv.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.store.Item;
import dev.millrace.kv.store.Root;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Against a sorted map. */
class IdTreeTest {
    private final Placed placed = new Placed();
    private final NativeBuffer descriptor = new NativeBuffer(IdTree.BYTES);
    private final TreeMap<StreamId, Long> model = new TreeMap<>();
    private final long tree = descriptor.address();
    private final long group;

    IdTreeTest() {
        StreamValue.create(placed.place);
        Memory.fill(tree, IdTree.BYTES, 0);
        StreamValue.putGroup(placed.place, tree, 1, new StreamId(0, 0), 0);
        group = StreamValue.group(placed.place, 0);
    }

    @AfterEach
    void all_memory_is_given_back() {
        long root = root();
        while (!IdTree.PENDING.freeLast(placed.stripe, root, tree, entry -> {})) {
            // Leaf by leaf.
        }
        assertEquals(0, placed.deleteAll());
        descriptor.free();
    }

    private long root() {
        return Item.root(placed.place.item());
    }

    private void insert(StreamId id) {
        long entry = IdTree.PENDING.insert(placed.place, root(), tree, group, id.ms(), id.seq());
        long payload = id.hashCode();
        Pending.put(entry, payload, 1, payload);
        model.put(id, payload);
    }

    private void remove(StreamId id) {
        IdTree.PENDING.remove(placed.place, root(), tree, id.ms(), id.seq());
        model.remove(id);
    }

    private void check(SplittableRandom random) {
        assertEquals(model.size(), IdTree.size(tree));
        List<StreamId> found = new ArrayList<>();
        IdTree.Cursor cursor = new IdTree.Cursor(IdTree.PENDING, tree);
        for (boolean is = cursor.first(); is; is = cursor.next()) {
            found.add(new StreamId(cursor.ms(), cursor.seq()));
            assertEquals(model.get(found.getLast()), Pending.time(cursor.entry()));
        }
        assertEquals(List.copyOf(model.keySet()), found);
        List<StreamId> back = new ArrayList<>();
        for (boolean is = cursor.last(); is; is = cursor.previous()) {
            back.addFirst(new StreamId(cursor.ms(), cursor.seq()));
        }
        assertEquals(found, back);
        StreamId any = id(random, 400);
        assertEquals(model.containsKey(any), cursor.at(any.ms(), any.seq()));
        assertEquals(model.ceilingKey(any) != null, cursor.from(any.ms(), any.seq()));
        if (model.ceilingKey(any) != null) {
            assertEquals(model.ceilingKey(any), new StreamId(cursor.ms(), cursor.seq()));
        }
        assertEquals(model.floorKey(any) != null, cursor.upTo(any.ms(), any.seq()));
        if (model.floorKey(any) != null) {
            assertEquals(model.floorKey(any), new StreamId(cursor.ms(), cursor.seq()));
        }
    }

    /** Numbers on both sides of where a sign would begin. */
    private static StreamId id(SplittableRandom random, int bound) {
        return new StreamId(random.nextInt(3) - 1L, random.nextInt(bound) - bound / 2L);
    }

    @Test
    void it_is_a_sorted_map_of_unsigned_pairs() {
        Seeds.each(
                100,
                random -> {
                    int steps = random.nextInt(1, 3000);
                    int inserts = random.nextInt(20, 80);
                    for (int i = 0; i < steps; i++) {
                        StreamId id = id(random, 2000);
                        boolean there = model.containsKey(id);
                        if (!there && random.nextInt(100) < inserts) {
                            insert(id);
                        } else if (there) {
                            remove(id);
                        }
                    }
                    check(random);
                    for (StreamId id : List.copyOf(model.keySet())) {
                        remove(id);
                    }
                    check(random);
                });
    }

    @Test
    void ids_that_come_in_order_and_go_in_order_fill_its_leaves() {
        long before = Root.bytes(root());
        for (int i = 0; i < 10_000; i++) {
            insert(new StreamId(1, i));
        }
        long bytes = Root.bytes(root()) - before;
        assertTrue(bytes / 10_000 < 48, bytes + " bytes");
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 9_999; i++) {
            remove(new StreamId(1, i));
        }
        check(random);
        remove(new StreamId(1, 9_999));
        check(random);
        assertEquals(before, Root.bytes(root()));
    }

    @Test
    void what_is_not_there_is_not_found() {
        IdTree.Cursor cursor = new IdTree.Cursor(IdTree.PENDING, tree);
        assertFalse(cursor.first());
        assertFalse(cursor.last());
        assertFalse(cursor.at(0, 0));
        assertEquals(0, IdTree.PENDING.find(tree, 1, 1));
        assertEquals(0, IdTree.PENDING.lastEntry(tree));
        insert(new StreamId(5, 5));
        assertFalse(cursor.from(5, 6));
        assertFalse(cursor.upTo(5, 4));
        remove(new StreamId(5, 5));
    }
}
