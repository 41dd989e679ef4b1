package dev.millrace.kv.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kernel.memory.KeyHash;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.memory.Slabs;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Against a HashMap. Each test gives its memory back, and checks that it is all. */
class DictionaryTest {
    private final Slabs slabs = new Slabs();
    private final NativeBuffer name = new NativeBuffer(256);
    private Dictionary dictionary = new Dictionary(slabs);
    private final Map<String, Long> model = new HashMap<>();

    @AfterEach
    void all_memory_is_given_back() {
        clear();
        dictionary.free();
        assertEquals(0, slabs.usedBytes());
    }

    private void clear() {
        for (String key : List.copyOf(model.keySet())) {
            remove(key);
        }
    }

    private long hash(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
        name.clear();
        name.put(bytes);
        return KeyHash.of(name.address(), bytes.length);
    }

    private long newItem(String key) {
        hash(key);
        int length = key.length();
        long item = slabs.allocate(Item.bytes(length, 0, false));
        Item.write(item, Item.TYPE_STRING, 0, 0, 0, 0, name.address(), length, 0);
        return item;
    }

    private long find(String key) {
        long hash = hash(key);
        return dictionary.find(hash, name.address(), key.length());
    }

    private void insert(String key) {
        long item = newItem(key);
        dictionary.insert(hash(key), item);
        model.put(key, item);
    }

    private void remove(String key) {
        Long item = model.remove(key);
        assertEquals(item != null, item != null && dictionary.remove(hash(key), item));
        if (item != null) {
            slabs.free(item);
        }
    }

    private void move(String key) {
        long item = newItem(key);
        long before = model.put(key, item);
        dictionary.move(hash(key), before, item);
        slabs.free(before);
    }

    private static String key(long item) {
        byte[] bytes = Memory.bytes(Item.key(item), Item.keyLength(item));
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private void checkAll() {
        assertEquals(model.size(), dictionary.size());
        model.forEach((key, item) -> assertEquals(item, find(key), key));
        List<String> scanned = new ArrayList<>();
        long cursor = 0;
        do {
            cursor = dictionary.scan(cursor, item -> scanned.add(key(item)));
        } while (cursor != 0);
        assertEquals(model.size(), scanned.size());
        assertEquals(model.keySet(), Set.copyOf(scanned));
    }

    @Test
    void an_empty_one_has_nothing() {
        assertEquals(0, find("a"));
        assertEquals(0, dictionary.size());
        assertFalse(dictionary.remove(hash("a"), Slabs.base()));
        checkAll();
    }

    @Test
    void what_was_inserted_is_found_moved_and_removed() {
        insert("a");
        insert("");
        checkAll();
        move("a");
        checkAll();
        remove("a");
        assertEquals(0, find("a"));
        checkAll();
    }

    @Test
    void it_is_a_map_through_splits_and_removals() {
        Seeds.each(
                20,
                random -> {
                    clear();
                    dictionary.free();
                    dictionary = new Dictionary(slabs);
                    int range = 1 << random.nextInt(1, 15);
                    for (int i = 0; i < 10_000; i++) {
                        change(random, "key:" + random.nextInt(range));
                    }
                    checkAll();
                });
    }

    private void change(SplittableRandom random, String key) {
        boolean isThere = model.containsKey(key);
        assertEquals(model.getOrDefault(key, 0L), find(key));
        int choice = random.nextInt(4);
        if (!isThere) {
            insert(key);
        } else if (choice == 0) {
            remove(key);
        } else if (choice == 1) {
            move(key);
        }
    }

    @Test
    void a_hundred_thousand_keys_are_all_there() {
        for (int i = 0; i < 100_000; i++) {
            insert("key:" + i);
        }
        checkAll();
    }

    @Test
    void a_scan_meets_what_was_there_all_along_while_the_table_grows() {
        Seeds.each(
                20,
                random -> {
                    clear();
                    dictionary.free();
                    dictionary = new Dictionary(slabs);
                    for (int i = 0; i < 500; i++) {
                        insert("old:" + i);
                    }
                    int steps = random.nextInt(1, 30);
                    Set<String> met = new HashSet<>();
                    long cursor = 0;
                    int next = 0;
                    do {
                        for (int i = 0; i < steps && (i == 0 || cursor != 0); i++) {
                            cursor = dictionary.scan(cursor, item -> met.add(key(item)));
                        }
                        for (int i = random.nextInt(200); i > 0 && next < 20_000; i--) {
                            insert("new:" + next++);
                        }
                        for (int i = random.nextInt(50); i > 0 && next > 0; i--) {
                            remove("new:" + random.nextInt(next));
                        }
                        for (int i = random.nextInt(20); i > 0; i--) {
                            move("old:" + random.nextInt(500));
                        }
                    } while (cursor != 0);
                    for (int i = 0; i < 500; i++) {
                        assertTrue(met.contains("old:" + i), "missed: old:" + i);
                    }
                    checkAll();
                });
    }

    @Test
    void a_random_cursor_is_a_good_one() {
        for (int i = 0; i < 5000; i++) {
            insert("key:" + i);
        }
        Seeds.each(
                200,
                random -> {
                    long cursor = Dictionary.cursorAt(random.nextLong());
                    int[] seen = {0};
                    for (int i = 0; i < 100; i++) {
                        cursor = dictionary.scan(cursor, item -> seen[0]++);
                    }
                    assertTrue(seen[0] > 100, "a hundred buckets have some items");
                });
    }
}
