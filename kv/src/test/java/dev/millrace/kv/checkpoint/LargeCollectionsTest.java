package dev.millrace.kv.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kernel.shard.StoredCheckpoint;
import dev.millrace.kv.Contents;
import dev.millrace.kv.Kv;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.rdb.CheckpointExport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;

/** Checkpoints of collections that are too large to be written at once, while they are changed. */
class LargeCollectionsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final int KEYS = 6;

    /** What is freed in one step of a sweep, at most. */
    private static final int STEP_BYTES_MAX = 40_000;

    private static void fill(String key, int fields) {
        List<String> arguments = new ArrayList<>(List.of("HSET", key));
        for (int i = 0; i < fields; i++) {
            arguments.add("field:" + i);
            arguments.add("value:" + i);
        }
        kv.call(arguments.toArray(String[]::new));
    }

    private static void fillSorted(String key, int members) {
        List<String> arguments = new ArrayList<>(List.of("ZADD", key));
        for (int i = 0; i < members; i++) {
            arguments.add("" + i % 100);
            arguments.add("field:" + i);
        }
        kv.call(arguments.toArray(String[]::new));
    }

    @Test
    void a_checkpoint_has_every_collection_as_it_was_at_its_cut() {
        Seeds.each(
                60,
                random -> {
                    kv.reset();
                    for (int i = 0; i < KEYS; i++) {
                        fillAny("key:" + i, random);
                    }
                    int before = random.nextInt(20);
                    int during = random.nextInt(60);
                    for (int i = 0; i < before; i++) {
                        change(random);
                    }
                    kv.beginCheckpoint();
                    for (int i = 0; i < during; i++) {
                        change(random);
                    }
                    kv.endCheckpoint();
                    kv.restart();
                });
    }

    @Test
    void a_dump_of_a_checkpoint_has_everything_as_it_was_at_its_cut(@TempDir Path folder) {
        CheckpointExport export = new CheckpointExport();
        Path file = folder.resolve("dump.rdb");
        Seeds.each(
                40,
                random -> {
                    kv.reset();
                    kv.call("MSET", "a", "1", "empty", "", "long", "x".repeat(300_000));
                    for (int i = 0; i < KEYS; i++) {
                        fillAny("key:" + i, random);
                    }
                    for (int i = 0; i < 20; i++) {
                        change(random);
                    }
                    SortedMap<String, String> cut = Contents.of(kv.stripes());
                    kv.beginCheckpoint();
                    int during = random.nextInt(60);
                    for (int i = 0; i < during; i++) {
                        change(random);
                    }
                    kv.endCheckpoint();
                    assertEquals(cut, exported(export, file));
                });
    }

    private static SortedMap<String, String> exported(CheckpointExport export, Path file) {
        try (StoredCheckpoint stored = kv.shard().openNewest().orElseThrow()) {
            long keys = export.run(Optional.of(stored), file, kv.nowMillis());
            SortedMap<String, String> contents = Contents.of(file, kv.nowMillis());
            assertEquals(contents.size(), keys);
            return contents;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String key(SplittableRandom random) {
        return "key:" + random.nextInt(KEYS);
    }

    private static void change(SplittableRandom random) {
        String key = key(random);
        if (random.nextInt(4) == 0) {
            changeStream(key, random);
            return;
        }
        String field = "field:" + random.nextInt(2000);
        switch (random.nextInt(50)) {
            case 0 -> kv.call("DEL", key);
            case 1 -> kv.call("RENAME", key, key(random));
            case 2 -> kv.call("COPY", key, key(random), "REPLACE");
            case 3 -> kv.call("PEXPIRE", key, "100000");
            case 4 -> kv.call("PERSIST", key);
            case 5 -> kv.call("SET", key, "a string");
            case 6 -> kv.call("MOVE", key, "1");
            case 7 -> {
                if (random.nextInt(3) == 0) {
                    kv.call("SWAPDB", "0", "1");
                }
            }
            case 8 -> {
                if (random.nextInt(4) == 0) {
                    kv.call("FLUSHDB");
                }
            }
            case 9 -> fill(key, random.nextInt(1, 1000));
            case 10 -> sweep();
            case 36, 37, 38, 39, 40, 41, 42, 43, 44, 45 -> changeList(key, field, random);
            case 11, 12, 13, 14 -> kv.call("HDEL", key, field);
            case 24 -> fillSorted(key, random.nextInt(1, 1000));
            case 25, 26 -> kv.call("ZREM", key, field);
            case 27 -> kv.call("ZREMRANGEBYRANK", key, "10", "" + random.nextInt(50));
            case 28 -> kv.call("ZUNIONSTORE", key, "2", key(random), key(random));
            case 29 -> kv.call("ZRANGESTORE", key, key(random), "5", "500");
            case 30 -> kv.call("ZPOPMAX", key, "3");
            case 31, 32, 33, 34, 35 -> kv.call("ZADD", key, "" + random.nextInt(200), field);
            case 46, 47, 48, 49 -> changeSet(random);
            default -> kv.call("HSET", key, field, "new:" + random.nextInt(100_000_000));
        }
    }

    private static void fillAny(String key, SplittableRandom random) {
        int size = random.nextInt(1, 2000);
        switch (random.nextInt(5)) {
            case 0 -> fill(key, size);
            case 1 -> fillList(key, size);
            case 2, 3 -> fillStream(key, size);
            default -> fillSorted(key, size);
        }
    }

    private static void fillStream(String key, int entries) {
        for (int i = 1; i <= entries; i++) {
            kv.call("XADD", key, i + "-0", "field:" + i % 2, "value:" + i);
        }
        for (String group : List.of("one", "two")) {
            kv.call("XGROUP", "CREATE", key, group, "0");
            for (int i = 0; i < 3; i++) {
                kv.call(
                        "XREADGROUP",
                        "GROUP",
                        group,
                        "consumer:" + i,
                        "COUNT",
                        "" + entries / 4,
                        "STREAMS",
                        key,
                        ">");
            }
        }
    }

    private static void changeStream(String key, SplittableRandom random) {
        String id = random.nextInt(1, 2500) + "-0";
        String group = random.nextInt(3) == 0 ? "two" : "one";
        String consumer = "consumer:" + random.nextInt(4);
        switch (random.nextInt(12)) {
            case 0, 1 -> kv.call("XADD", key, "*", "field:0", "value:" + random.nextInt(1000));
            case 2 -> kv.call("XDEL", key, id, id + "5");
            case 3 -> kv.call("XTRIM", key, "MINID", "" + random.nextInt(500));
            case 4, 5, 6 -> kv.call("XACK", key, group, id, random.nextInt(1, 2500) + "-0");
            case 7 -> kv.call("XCLAIM", key, group, consumer, "0", id, "FORCE");
            case 8 -> kv.call("XAUTOCLAIM", key, group, consumer, "0", id, "COUNT", "20");
            case 9 ->
                    kv.call(
                            "XREADGROUP",
                            "GROUP",
                            group,
                            consumer,
                            "COUNT",
                            "50",
                            "STREAMS",
                            key,
                            random.nextBoolean() ? ">" : "0");
            case 10 -> kv.call("XGROUP", "DELCONSUMER", key, group, consumer);
            default -> {
                if (random.nextInt(3) == 0) {
                    kv.call("XGROUP", "DESTROY", key, group);
                    kv.call("XGROUP", "CREATE", key, group, "0");
                }
            }
        }
    }

    private static void fillList(String key, int elements) {
        List<String> arguments = new ArrayList<>(List.of("RPUSH", key));
        for (int i = 0; i < elements; i++) {
            arguments.add("element:" + i % 700 + "x".repeat(i % 50));
        }
        kv.call(arguments.toArray(String[]::new));
    }

    private static void changeSet(SplittableRandom random) {
        String set = "set:" + random.nextInt(3);
        String other = "set:" + random.nextInt(3);
        switch (random.nextInt(7)) {
            case 0 -> kv.call("SREM", set, "member:" + random.nextInt(2000));
            case 1 -> kv.call("SPOP", set, "" + random.nextInt(20));
            case 2 -> kv.call("SMOVE", set, other, "member:" + random.nextInt(2000));
            case 3 -> kv.call("SUNIONSTORE", set, set, other);
            case 4 -> kv.call("SADD", set, "" + random.nextInt(), "" + random.nextInt(100));
            default -> fillSet(set, random.nextInt(1, 1000));
        }
    }

    private static void fillSet(String key, int members) {
        List<String> arguments = new ArrayList<>(List.of("SADD", key));
        for (int i = 0; i < members; i++) {
            arguments.add("member:" + i);
        }
        kv.call(arguments.toArray(String[]::new));
    }

    private static void changeList(String key, String element, SplittableRandom random) {
        String index = "" + random.nextInt(-2000, 2000);
        String some = "" + random.nextInt(1, 300);
        switch (random.nextInt(10)) {
            case 0 -> {
                kv.call("DEL", key);
                fillList(key, random.nextInt(1, 2000));
            }
            case 1 -> kv.call("LPUSH", key, element, element, "y".repeat(random.nextInt(9000)));
            case 2 -> kv.call("LPOP", key, some);
            case 3 -> kv.call("RPOP", key, some);
            case 4 -> kv.call("LSET", key, index, "z".repeat(random.nextInt(5000)));
            case 5 -> kv.call("LREM", key, index, "element:" + random.nextInt(50));
            case 6 -> kv.call("LTRIM", key, "" + random.nextInt(5), "-" + some);
            case 7 -> kv.call("LMOVE", key, key(random), "LEFT", "RIGHT");
            case 8 -> {
                String pivot = kv.call("LINDEX", key, index);
                kv.call("LINSERT", key, "AFTER", pivot, "w".repeat(random.nextInt(3000)));
            }
            default -> fillList(key, random.nextInt(1, 300));
        }
    }

    private static void sweep() {
        for (int i = 0; i < kv.stripes().count(); i++) {
            kv.stripes().stripe(i).sweep(1000, Parts::freeSomeOf);
        }
    }

    @Test
    void a_checkpoint_that_is_given_up_leaves_the_next_one_whole() {
        fill("key:0", 2000);
        kv.beginCheckpoint();
        kv.call("HSET", "key:0", "field:1", "changed");
        kv.endCheckpoint();
        kv.beginCheckpoint();
        kv.call("HDEL", "key:0", "field:2");
        kv.call("RENAME", "key:0", "key:1");
        kv.endCheckpoint();
        kv.restart();
        assertEquals(":1999", kv.call("HLEN", "key:1"));
    }

    @Test
    void all_memory_of_a_deleted_collection_is_given_back() {
        long before = usedBytes();
        fill("large", 5000);
        assertTrue(usedBytes() - before > 100_000);
        kv.call("DEL", "large");
        sweepAll();
        assertEquals(before, usedBytes());
        fill("large", 5000);
        kv.beginCheckpoint();
        kv.call("RENAME", "large", "other");
        kv.call("DEL", "other");
        kv.endCheckpoint();
        sweepAll();
        assertEquals(before, usedBytes());
    }

    @Test
    void a_group_that_is_destroyed_is_freed_bit_by_bit_and_counts_no_more() {
        long before = usedBytes();
        fillStream("s:1", 4000);
        fillStream("s:2", 4000);
        kv.call("XGROUP", "DESTROY", "s:2", "one");
        kv.call("XGROUP", "DESTROY", "s:2", "two");
        sweepAll();
        long with = usedBytes();
        kv.call("XGROUP", "DESTROY", "s:1", "one");
        kv.call("XGROUP", "DESTROY", "s:1", "two");
        assertEquals(kv.call("MEMORY", "USAGE", "s:2"), kv.call("MEMORY", "USAGE", "s:1"));
        assertTrue(with - usedBytes() < STEP_BYTES_MAX, with - usedBytes() + " bytes at once");
        long left = usedBytes();
        for (int i = 0; i < kv.stripes().count(); i++) {
            kv.stripes().stripe(i).sweep(1, Parts::freeSomeOf);
        }
        assertTrue(left - usedBytes() < STEP_BYTES_MAX, left - usedBytes() + " bytes in a step");
        sweepAll();
        assertTrue(with - usedBytes() > 2 * 3000 * 40);
        kv.call("DEL", "s:1", "s:2");
        sweepAll();
        assertEquals(before, usedBytes());
    }

    @Test
    void becoming_large_and_going_through_a_dump_take_no_memory_for_good() {
        kv.call("CONFIG", "SET", "hash-max-listpack-entries", "1");
        kv.call("CONFIG", "SET", "zset-max-listpack-entries", "1");
        String longMember = "x".repeat(100);
        long before = new Slabs().allocate(8);
        for (int i = 0; i < 1000; i++) {
            kv.call("HSET", "hash", "1", "2", "3", "4");
            kv.call("ZADD", "sorted", "1", "2", "3", "4");
            kv.call("SADD", "set", "1", "a", longMember);
            kv.call("COPY", "hash", "copy");
            kv.call("ZUNIONSTORE", "union", "2", "sorted", "set");
            kv.call("RESTORE", "restored", "0", kv.call("DUMP", "hash"));
            kv.call("FLUSHALL");
            sweepAll();
        }
        long after = new Slabs().allocate(8);
        kv.call("CONFIG", "SET", "hash-max-listpack-entries", "128");
        kv.call("CONFIG", "SET", "zset-max-listpack-entries", "128");
        // Pages are of 256 KiB, and taken from the lowest free address: one for good in each round
        // moves that on by more than there are holes.
        assertTrue(after - before < 200 << 20, (after - before) + " bytes on");
    }

    private static void sweepAll() {
        for (int i = 0; i < kv.stripes().count(); i++) {
            while (kv.stripes().stripe(i).sweep(1000, Parts::freeSomeOf)) {
                // Until there is nothing left.
            }
        }
    }

    private static long usedBytes() {
        long used = 0;
        for (int i = 0; i < kv.stripes().count(); i++) {
            used += kv.stripes().stripe(i).slabs().usedBytes();
        }
        return used;
    }
}
