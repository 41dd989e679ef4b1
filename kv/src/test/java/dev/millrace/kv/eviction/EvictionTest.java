package dev.millrace.kv.eviction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class EvictionTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String OOM = "-OOM command not allowed when used memory > 'maxmemory'.";
    private static final String VALUE = "x".repeat(1000);

    @AfterEach
    void no_limit() {
        kv.call("CONFIG", "SET", "maxmemory", "0", "maxmemory-policy", "noeviction");
        kv.call("DISCARD");
    }

    private static void limit(String policy, long more) {
        long used = kv.stripes().usedBytes();
        kv.call("CONFIG", "SET", "maxmemory-policy", policy);
        kv.call("CONFIG", "SET", "maxmemory", Long.toString(used + more));
    }

    private static int keys(String pattern) {
        int found = 0;
        for (int i = 0; i < 2000; i++) {
            found += kv.call("EXISTS", pattern + i).equals(":1") ? 1 : 0;
        }
        return found;
    }

    @Test
    void without_a_policy_writes_are_refused_and_reads_and_deletions_go_on() {
        kv.call("SET", "a", VALUE);
        limit("noeviction", -100);
        assertEquals(OOM, kv.call("SET", "b", VALUE));
        assertEquals(VALUE, kv.call("GET", "a"));
        assertEquals("OK", kv.call("MULTI"));
        assertEquals(OOM, kv.call("GET", "a"));
        assertEquals(
                "-EXECABORT Transaction discarded because of previous errors.", kv.call("EXEC"));
        assertEquals(":1", kv.call("DEL", "a"));
        assertEquals("OK", kv.call("SET", "b", "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"allkeys-lru", "allkeys-lfu", "allkeys-random"})
    void any_key_may_go_and_memory_stays_below_the_limit(String policy) {
        kv.call("SET", "warm", "1");
        limit(policy, 100_000);
        for (int i = 0; i < 1000; i++) {
            assertEquals("OK", kv.call("SET", "key:" + i, VALUE));
        }
        long most = Long.parseLong(kv.call("CONFIG", "GET", "maxmemory").replaceAll("[^0-9]+", ""));
        assertTrue(kv.stripes().usedBytes() <= most + 2000, "used: " + kv.stripes().usedBytes());
        int left = keys("key:");
        assertTrue(left > 50 && left < 110, "left: " + left);
    }

    @Test
    void with_the_greatest_tenacity_one_command_evicts_all_that_is_too_much() {
        for (int i = 0; i < 2000; i++) {
            kv.call("SET", "key:" + i, VALUE);
        }
        kv.call("CONFIG", "SET", "maxmemory-eviction-tenacity", "100");
        limit("allkeys-random", -1_500_000);
        kv.call("PING");
        kv.call("CONFIG", "SET", "maxmemory", "0", "maxmemory-eviction-tenacity", "10");
        int left = keys("key:");
        assertTrue(left > 300 && left < 700, "left: " + left);
    }

    @Test
    void what_was_used_lately_stays_longer() {
        for (int i = 0; i < 200; i++) {
            kv.call("SET", "old:" + i, VALUE);
            kv.call("SET", "used:" + i, VALUE);
        }
        kv.advance(100_000);
        for (int i = 0; i < 200; i++) {
            kv.call("GET", "used:" + i);
        }
        limit("allkeys-lru", 0);
        for (int i = 0; i < 150; i++) {
            kv.call("SET", "new:" + i, VALUE);
        }
        assertTrue(keys("old:") < 70, "old: " + keys("old:"));
        assertTrue(keys("used:") > 190, "used: " + keys("used:"));
    }

    @Test
    void what_is_used_often_stays_longer() {
        kv.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
        for (int i = 0; i < 200; i++) {
            kv.call("SET", "rare:" + i, VALUE);
            kv.call("SET", "often:" + i, VALUE);
            for (int use = 0; use < 30; use++) {
                kv.call("GET", "often:" + i);
            }
        }
        assertTrue(Integer.parseInt(kv.call("OBJECT", "FREQ", "often:1").substring(1)) > 5);
        limit("allkeys-lfu", 0);
        for (int i = 0; i < 150; i++) {
            kv.call("SET", "new:" + i, VALUE);
        }
        assertTrue(keys("often:") > keys("rare:") + 50, keys("often:") + " " + keys("rare:"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"})
    void only_keys_with_an_expiry_may_go(String policy) {
        for (int i = 0; i < 100; i++) {
            kv.call("SET", "stays:" + i, VALUE);
            kv.call("SET", "goes:" + i, VALUE, "EX", Integer.toString(1000 + i));
        }
        limit(policy, 0);
        for (int i = 0; i < 90; i++) {
            assertEquals("OK", kv.call("SET", "new:" + i, VALUE));
        }
        assertEquals(100, keys("stays:"));
        assertEquals(90, keys("new:"));
        for (int i = 90; i < 150; i++) {
            kv.call("SET", "new:" + i, VALUE);
        }
        assertEquals(OOM, kv.call("SET", "one more", VALUE));
        assertEquals(0, keys("goes:"));
        assertEquals(100, keys("stays:"));
    }

    @Test
    void those_that_expire_first_go_first() {
        for (int i = 0; i < 100; i++) {
            kv.call("SET", "goes:" + i, VALUE, "EX", Integer.toString(1000 + i * 10));
        }
        kv.call("CONFIG", "SET", "maxmemory-samples", "64");
        limit("volatile-ttl", 0);
        for (int i = 0; i < 20; i++) {
            kv.call("SET", "new:" + i, VALUE);
        }
        kv.call("CONFIG", "SET", "maxmemory-samples", "5");
        int early = 0;
        for (int i = 0; i < 40; i++) {
            early += kv.call("EXISTS", "goes:" + i).equals(":0") ? 1 : 0;
        }
        assertTrue(early >= 15, "of the first forty went: " + early);
    }

    @Test
    void an_eviction_is_told_and_counted_and_logged() {
        kv.call("SET", "a", VALUE);
        kv.events();
        limit("allkeys-random", -100);
        kv.call("GET", "nothing");
        assertEquals(List.of("evicted a", "keymiss nothing"), kv.events());
        assertTrue(kv.call("INFO", "stats").contains("evicted_keys:"));
        kv.restart(); // And must then be as it was.
    }

    @Test
    void a_large_collection_counts_as_gone_when_it_is_deleted() {
        for (int i = 0; i < 2000; i++) {
            kv.call("HSET", "large", "field:" + i, VALUE);
        }
        kv.call("SET", "small", VALUE);
        long used = kv.stripes().usedBytes();
        kv.call("DEL", "large");
        assertTrue(kv.stripes().usedBytes() < used - 2_000_000);
        kv.reset();
    }
}
