package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.memory.Slabs;
import dev.millrace.kv.collection.Parts;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a command takes beside the keyspace, it gives back: an element made in passing, or a buffer
 * with pages of its own, would take a page for good with every call.
 */
class KeptMemoryTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final int WARM = 50;
    private static final int CALLS = 2000;

    @BeforeEach
    void small_limits() {
        for (String type : new String[] {"hash", "zset"}) {
            kv.call("CONFIG", "SET", type + "-max-listpack-entries", "4");
        }
        kv.call("CONFIG", "SET", "set-max-intset-entries", "4");
        kv.call("CONFIG", "SET", "list-max-listpack-size", "4");
        for (int i = 1; i <= 4; i++) {
            kv.call("HSET", "hash", "" + i, "" + i * i);
            kv.call("ZADD", "sorted", "" + i, "" + i);
            kv.call("ZADD", "other", "" + i, "" + i * i);
            kv.call("SADD", "set", "" + i);
            kv.call("RPUSH", "list", "" + i);
        }
        kv.call("SET", "text", "ohmytext");
        kv.call("SET", "more", "mynewtext");
    }

    /** Pages are counted when all that was deleted is freed. */
    private static void keepsNothing(Runnable call) {
        for (int i = 0; i < WARM; i++) {
            call.run();
        }
        int before = pages();
        for (int i = 0; i < CALLS; i++) {
            call.run();
        }
        // A size of block that was not used before takes a page, once.
        assertEquals(before, pages(), 20, "pages");
    }

    private static int pages() {
        for (int i = 0; i < kv.stripes().count(); i++) {
            while (kv.stripes().stripe(i).sweep(1000, Parts::freeSomeOf)) {
                // All of it.
            }
        }
        return Slabs.pagesTaken();
    }

    @Test
    void dumps_and_restores() {
        for (String name : new String[] {"hash", "sorted", "set", "list", "text"}) {
            String dump = kv.call("DUMP", name);
            assertEquals("OK", kv.call("RESTORE", "back", "0", dump, "REPLACE"));
            keepsNothing(() -> kv.call("RESTORE", "back", "0", dump, "REPLACE"));
        }
    }

    @Test
    void refused_dumps() {
        String dump = kv.call("DUMP", "sorted");
        String broken = dump.substring(0, dump.length() - 4);
        keepsNothing(() -> kv.call("RESTORE", "back", "0", broken, "REPLACE"));
    }

    @Test
    void conversions_to_tables_and_chains() {
        keepsNothing(
                () -> {
                    kv.call("COPY", "hash", "h", "REPLACE");
                    kv.call("HSET", "h", "5", "5");
                    kv.call("COPY", "sorted", "z", "REPLACE");
                    kv.call("ZADD", "z", "5", "5");
                    kv.call("COPY", "set", "s", "REPLACE");
                    kv.call("SADD", "s", "member");
                    kv.call("COPY", "list", "l", "REPLACE");
                    kv.call("RPUSH", "l", "5", "6", "7", "8", "9");
                    kv.call("COPY", "l", "l2", "REPLACE");
                    kv.call("COPY", "z", "z2", "REPLACE");
                });
    }

    @Test
    void combinations_of_sorted_sets() {
        keepsNothing(
                () -> {
                    kv.call("ZUNIONSTORE", "to", "3", "sorted", "other", "set");
                    kv.call("ZINTERSTORE", "to", "2", "sorted", "other");
                    kv.call("ZDIFFSTORE", "to", "2", "sorted", "other");
                    kv.call("ZUNION", "2", "sorted", "other", "WITHSCORES");
                    kv.call("ZINTERCARD", "2", "sorted", "other");
                    kv.call("ZRANGESTORE", "to", "sorted", "0", "-1");
                    kv.call("ZRANDMEMBER", "sorted", "-3");
                    kv.call("ZPOPMIN", "to");
                });
    }

    @Test
    void sets_together_sorting_and_common_subsequences() {
        keepsNothing(
                () -> {
                    kv.call("SUNIONSTORE", "to", "set", "set");
                    kv.call("SINTERSTORE", "to", "set", "set");
                    kv.call("SDIFF", "set", "other");
                    kv.call("SORT", "list", "DESC", "STORE", "to");
                    kv.call("SORT", "set", "BY", "w_*", "GET", "#", "GET", "hash->*");
                    kv.call("LCS", "text", "more", "IDX");
                    kv.call("LMOVE", "list", "list", "LEFT", "RIGHT");
                    kv.call("PFADD", "count", "a", "b");
                    kv.call("BITOP", "NOT", "to", "text");
                });
    }

    @Test
    void watching_and_transactions() {
        keepsNothing(
                () -> {
                    kv.call("WATCH", "text", "list");
                    kv.call("UNWATCH");
                    kv.call("WATCH", "text", "list");
                    kv.call("MULTI");
                    kv.call("GET", "text");
                    kv.call("EXEC");
                });
    }

    @Test
    void clients_that_wait() {
        KvClient waiting = kv.client();
        keepsNothing(
                () -> {
                    assertEquals(KvClient.NOTHING, waiting.call("BLPOP", "nothing", "0"));
                    kv.call("RPUSH", "nothing", "1");
                    assertEquals("[nothing, 1]", waiting.receive());
                });
    }

    @Test
    void checkpoints() {
        keepsNothing(
                () -> {
                    kv.beginCheckpoint();
                    kv.call("INCR", "counter");
                    kv.endCheckpoint();
                });
    }
}
