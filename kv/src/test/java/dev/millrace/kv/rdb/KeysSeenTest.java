package dev.millrace.kv.rdb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

class KeysSeenTest {
    private final KeysSeen seen = new KeysSeen();
    private final Map<Long, String> keys = new HashMap<>();
    private long offset;

    private long add(String key, int database, long hash) {
        offset += 10;
        keys.put(offset, key);
        seen.add(hash, database, offset);
        return offset;
    }

    private long firstRepeated() {
        return seen.firstRepeated((one, two) -> Objects.equals(keys.get(one), keys.get(two)));
    }

    @Test
    void without_keys_none_is_repeated() {
        assertEquals(-1, firstRepeated());
    }

    @Test
    void the_first_key_that_stands_before_is_found() {
        add("a", 0, 17);
        add("b", 0, -4);
        long first = add("b", 0, -4);
        add("a", 0, 17);
        add("b", 0, -4);
        assertEquals(first, firstRepeated());
    }

    @Test
    void the_same_key_in_another_database_is_another() {
        add("a", 0, 17);
        add("a", 15, 17);
        assertEquals(-1, firstRepeated());
    }

    @Test
    void keys_of_one_hash_are_compared() {
        add("a", 3, 17);
        add("b", 3, 17);
        add("c", 3, 17);
        assertEquals(-1, firstRepeated());
        long repeated = add("b", 3, 17);
        assertEquals(repeated, firstRepeated());
    }

    @Test
    void among_many_the_one_is_found_and_nothing_when_they_are_forgotten() {
        SplittableRandom hashes = new SplittableRandom(3);
        for (int i = 0; i < 300_000; i++) {
            add("key" + i, i & 15, new SplittableRandom(i).nextLong());
        }
        assertEquals(-1, firstRepeated());
        int chosen = hashes.nextInt(300_000);
        long again = add("key" + chosen, chosen & 15, new SplittableRandom(chosen).nextLong());
        assertEquals(again, firstRepeated());
        seen.clear();
        assertEquals(-1, firstRepeated());
    }
}
