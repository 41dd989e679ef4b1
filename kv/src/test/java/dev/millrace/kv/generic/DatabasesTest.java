package dev.millrace.kv.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DatabasesTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void flushdb_empties_the_selected_database_only() {
        kv.call("SET", "a", "1");
        kv.call("SELECT", "3");
        kv.call("SET", "b", "2");
        assertEquals("OK", kv.call("FLUSHDB"));
        assertEquals(":0", kv.call("DBSIZE"));
        assertEquals("nil", kv.call("GET", "b"));
        kv.call("SELECT", "0");
        assertEquals("1", kv.call("GET", "a"));
    }

    @Test
    void flushall_empties_all_databases() {
        kv.call("SET", "a", "1", "EX", "100");
        kv.call("SELECT", "15");
        kv.call("SET", "b", "2");
        assertEquals("OK", kv.call("FLUSHALL", "ASYNC"));
        assertEquals(":0", kv.call("DBSIZE"));
        kv.call("SELECT", "0");
        assertEquals(":0", kv.call("DBSIZE"));
        assertEquals("OK", kv.call("SET", "a", "again"));
    }

    @Test
    void a_flush_knows_no_other_word_than_async_and_sync() {
        assertEquals("OK", kv.call("FLUSHDB", "sync"));
        assertEquals("-ERR syntax error", kv.call("FLUSHDB", "now"));
        assertEquals("-ERR syntax error", kv.call("FLUSHALL", "sync", "async"));
    }

    @Test
    void a_flush_fails_the_transaction_of_who_watches_a_key_that_was_there() {
        kv.call("SET", "a", "1");
        KvClient watcher = kv.client();
        watcher.call("WATCH", "a");
        KvClient bystander = kv.client();
        bystander.call("WATCH", "b");
        kv.call("FLUSHALL");
        assertEquals("nil", exec(watcher));
        assertEquals("[PONG]", exec(bystander));
    }

    private static String exec(KvClient client) {
        client.call("MULTI");
        client.call("PING");
        return client.call("EXEC");
    }

    @Test
    void swapdb_exchanges_what_two_databases_hold() {
        kv.call("SET", "a", "zero", "EX", "100");
        kv.call("SELECT", "1");
        kv.call("SET", "a", "one");
        assertEquals("OK", kv.call("SWAPDB", "0", "1"));
        assertEquals("zero", kv.call("GET", "a"));
        kv.call("SELECT", "0");
        assertEquals("one", kv.call("GET", "a"));
        kv.call("SET", "b", "new");
        assertEquals("OK", kv.call("SWAPDB", "0", "0"));
        assertEquals("new", kv.call("GET", "b"));
    }

    @Test
    void swapdb_fails_the_transaction_of_who_watches_a_key_in_either() {
        kv.call("SET", "a", "1");
        KvClient watcher = kv.client();
        watcher.call("SELECT", "1");
        watcher.call("WATCH", "a");
        kv.call("SWAPDB", "0", "1");
        assertEquals("nil", exec(watcher));
    }

    @Test
    void swapdb_changes_nothing_for_who_watches_no_key_and_gets_an_expired_one() {
        kv.call("SET", "a", "1", "PX", "1");
        kv.advance(1);
        KvClient watcher = kv.client();
        watcher.call("SELECT", "1");
        watcher.call("WATCH", "a");
        kv.call("SWAPDB", "0", "1");
        assertNotEquals("nil", exec(watcher));
    }

    @Test
    void swapdb_fails_the_transaction_of_whose_key_has_expired_since_or_comes_alive() {
        kv.call("SET", "a", "1", "PX", "10");
        KvClient before = kv.client();
        before.call("WATCH", "a");
        kv.advance(10);
        KvClient after = kv.client();
        after.call("SELECT", "1");
        after.call("SET", "a", "2");
        after.call("SELECT", "0");
        after.call("WATCH", "a");
        kv.call("SWAPDB", "0", "1");
        assertEquals("nil", exec(before));
        assertEquals("nil", exec(after));
    }

    @Test
    void swapdb_refuses_what_is_no_database() {
        assertEquals("-ERR invalid first DB index", kv.call("SWAPDB", "a", "b"));
        assertEquals("-ERR invalid second DB index", kv.call("SWAPDB", "0", "b"));
        assertEquals("-ERR invalid second DB index", kv.call("SWAPDB", "0", "99999999999"));
        assertEquals("-ERR DB index is out of range", kv.call("SWAPDB", "0", "16"));
        assertEquals("-ERR DB index is out of range", kv.call("SWAPDB", "-1", "0"));
    }

    @Test
    void dbsize_counts_expired_keys_until_they_are_deleted() {
        kv.call("SET", "a", "1", "PX", "1");
        kv.call("SET", "b", "1");
        kv.advance(1);
        assertEquals(":2", kv.call("DBSIZE"));
        kv.call("EXISTS", "a");
        assertEquals(":1", kv.call("DBSIZE"));
    }

    @Test
    void the_memory_of_a_flushed_store_is_given_back() {
        kv.reset();
        long before = usedBytes();
        for (int i = 0; i < 3000; i++) {
            kv.call("SET", "key:" + i, "value", "EX", "100");
        }
        kv.reset();
        assertEquals(before, usedBytes());
    }

    @Test
    void what_is_flushed_counts_as_used_no_more_though_it_is_freed_later() {
        kv.reset();
        long before = kv.stripes().usedBytes();
        kv.call("CONFIG", "SET", "hash-max-listpack-entries", "0");
        for (int i = 0; i < 3000; i++) {
            kv.call("SET", "key:" + i, "value", "EX", "100");
            kv.call("HSET", "hash:" + i, "a", "b");
        }
        kv.call("FLUSHALL");
        long after = kv.stripes().usedBytes();
        assertTrue(after >= before && after < before + 20_000, after + " after " + before);
        assertEquals(6000, kv.stripes().objectsToFree());
        kv.call("CONFIG", "RESETSTAT");
        kv.reset();
        assertEquals(before, kv.stripes().usedBytes());
        assertEquals(0, kv.stripes().objectsToFree());
        assertEquals(6000, kv.stripes().objectsFreed());
        kv.call("CONFIG", "SET", "hash-max-listpack-entries", "128");
    }

    @Test
    void info_counts_what_was_freed_bit_by_bit() {
        kv.reset();
        for (int i = 0; i < 10_000; i++) {
            kv.call("RPUSH", "large", "element:" + i);
        }
        kv.call("XADD", "small", "*", "a", "b");
        kv.call("CONFIG", "RESETSTAT");
        kv.call("UNLINK", "large", "small");
        assertTrue(kv.call("INFO", "memory").contains("lazyfree_pending_objects:2"));
        kv.reset();
        String info = kv.call("INFO", "memory");
        assertTrue(info.contains("lazyfree_pending_objects:0"), info);
        assertTrue(info.contains("lazyfreed_objects:1"), info);
    }

    private static long usedBytes() {
        long used = 0;
        for (int i = 0; i < kv.stripes().count(); i++) {
            used += kv.stripes().stripe(i).slabs().usedBytes();
        }
        return used;
    }
}
