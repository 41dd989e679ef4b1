package dev.millrace.kv.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.Kv;
import dev.millrace.kv.collection.Parts;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Checkpoints of collections that are too large to be written at once, while they are changed. */
class LargeCollectionsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final int KEYS = 6;

    private static void fill(String key, int fields) {
        List<String> arguments = new ArrayList<>(List.of("HSET", key));
        for (int i = 0; i < fields; i++) {
            arguments.add("field:" + i);
            arguments.add("value:" + i);
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
                        fill("key:" + i, random.nextInt(1, 2000));
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

    private static String key(SplittableRandom random) {
        return "key:" + random.nextInt(KEYS);
    }

    private static void change(SplittableRandom random) {
        String key = key(random);
        String field = "field:" + random.nextInt(2000);
        switch (random.nextInt(32)) {
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
            case 11, 12, 13, 14 -> kv.call("HDEL", key, field);
            case 15, 16, 17, 18 -> changeSet(random);
            default -> kv.call("HSET", key, field, "new:" + random.nextInt(100_000_000));
        }
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
