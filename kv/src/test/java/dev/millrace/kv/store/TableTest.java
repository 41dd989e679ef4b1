package dev.millrace.kv.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.Slabs;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** With entries that carry their own hash, so that a test can choose it. */
class TableTest {
    private static final Table.Entries ENTRIES =
            new Table.Entries() {
                @Override
                public boolean hasKey(long entry, long key, int length) {
                    return Memory.getLong(entry + 8) == key;
                }

                @Override
                public long hash(long entry) {
                    return Memory.getLong(entry);
                }
            };

    private final Slabs slabs = new Slabs();
    private final long root = slabs.allocate(Table.ROOT_BYTES);

    /** From key to hash. */
    private final Map<Long, Long> model = new HashMap<>();

    TableTest() {
        Table.init(root);
    }

    @AfterEach
    void all_memory_is_given_back() {
        List.copyOf(model.keySet()).forEach(this::remove);
        assertEquals(0, Table.size(root));
        Table.free(root, slabs);
        slabs.free(root);
        assertEquals(0, slabs.usedBytes());
    }

    private long find(long key) {
        return Table.find(root, model.getOrDefault(key, 0L), key, 8, ENTRIES);
    }

    private void insert(long key, long hash) {
        long entry = slabs.allocate(16);
        Memory.putLong(entry, hash);
        Memory.putLong(entry + 8, key);
        model.put(key, hash);
        Table.insert(root, hash, entry, slabs, ENTRIES);
    }

    private void remove(long key) {
        long entry = find(key);
        assertTrue(Table.remove(root, model.getOrDefault(key, 0L), entry, slabs, ENTRIES));
        model.remove(key);
        slabs.free(entry);
    }

    private Set<Long> scanned() {
        Set<Long> met = new HashSet<>();
        long cursor = 0;
        do {
            cursor = Table.scan(root, cursor, entry -> met.add(Memory.getLong(entry + 8)));
        } while (cursor != 0);
        return met;
    }

    private void check() {
        assertEquals(model.size(), Table.size(root));
        assertEquals(model.keySet(), scanned());
        model.keySet().forEach(key -> assertEquals(key, Memory.getLong(find(key) + 8)));
    }

    /** Keys whose hashes begin alike make a directory deep, and keys with one home overflow it. */
    @Test
    void hashes_that_are_much_alike_only_take_more_room() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200; i++) {
            // One home bucket and one tag: only the top bits differ.
            insert(i, random.nextLong() & 0xffff_ffff_0000_0000L | 0x0001_0000L);
        }
        check();
    }

    @Test
    void a_few_entries_take_a_few_hundred_bytes() {
        SplittableRandom random = new SplittableRandom(2);
        long before = slabs.usedBytes();
        insert(0, random.nextLong());
        assertEquals(16 + 64, slabs.usedBytes() - before);
        for (int i = 1; i < 20; i++) {
            insert(i, random.nextLong());
        }
        long table = slabs.usedBytes() - before - 20 * 16;
        assertTrue(table <= 512, "20 entries: " + table + " bytes");
        check();
    }

    @Test
    void what_has_become_sparse_is_given_back() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 50_000; i++) {
            insert(i, random.nextLong());
        }
        long full = slabs.usedBytes();
        for (int i = 100; i < 50_000; i++) {
            remove(i);
        }
        check();
        long table = slabs.usedBytes() - Slabs.blockBytes(Table.ROOT_BYTES) - 100 * 16;
        assertTrue(table < full / 20, "100 of 50 000 entries: " + table + " of " + full);
    }

    @Test
    void a_scan_meets_what_was_there_all_along_while_the_table_shrinks_and_grows() {
        Seeds.each(
                30,
                random -> {
                    List.copyOf(model.keySet()).forEach(this::remove);
                    int stays = random.nextInt(1, 400);
                    int others = random.nextInt(20_000);
                    for (int i = 0; i < stays + others; i++) {
                        insert(i, random.nextLong());
                    }
                    List<Long> going = new ArrayList<>(model.keySet());
                    going.removeIf(key -> key < stays);
                    int pace = random.nextInt(1, 400);
                    Set<Long> met = new HashSet<>();
                    long cursor = 0;
                    long fresh = 1_000_000;
                    boolean shrinks = true;
                    do {
                        cursor =
                                Table.scan(
                                        root, cursor, entry -> met.add(Memory.getLong(entry + 8)));
                        for (int i = random.nextInt(pace); i > 0; i--) {
                            if (shrinks && !going.isEmpty()) {
                                remove(going.removeLast());
                            } else if (!shrinks && fresh < 1_020_000) {
                                going.add(fresh);
                                insert(fresh++, random.nextLong());
                            }
                        }
                        shrinks = random.nextInt(50) == 0 ? !shrinks : shrinks;
                    } while (cursor != 0);
                    for (long key = 0; key < stays; key++) {
                        assertTrue(met.contains(key), "missed: " + key);
                    }
                    check();
                });
    }

    @Test
    void any_entry_has_the_same_chance() {
        SplittableRandom random = new SplittableRandom(4);
        int entries = 600; // Two segments, or three of two depths.
        for (int i = 0; i < entries; i++) {
            insert(i, random.nextLong());
        }
        int draws = entries * 400;
        int[] drawn = new int[entries];
        for (int i = 0; i < draws; i++) {
            drawn[(int) Memory.getLong(Table.any(root, random) + 8)]++;
        }
        double chiSquare = 0;
        for (int count : drawn) {
            chiSquare += (count - 400.0) * (count - 400.0) / 400.0;
        }
        // 599 degrees of freedom: mean 599, standard deviation 34.6; five of them.
        assertTrue(chiSquare < 772, "chi square: " + chiSquare);
    }

    @Test
    void freed_some_buckets_at_a_time_it_tells_of_each_entry_once() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 5000; i++) {
            insert(i, random.nextLong());
        }
        List<Long> told = new ArrayList<>();
        int calls = 1;
        while (!Table.freeSome(
                root,
                slabs,
                entry -> {
                    told.add(Memory.getLong(entry + 8));
                    slabs.free(entry);
                })) {
            calls++;
        }
        assertEquals(5000, told.size());
        assertEquals(model.keySet(), Set.copyOf(told));
        assertTrue(calls >= 5000 / (16 * 7), "some buckets at a time: " + calls);
        model.clear();
    }
}
