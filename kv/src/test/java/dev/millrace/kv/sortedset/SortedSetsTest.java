package dev.millrace.kv.sortedset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

class SortedSetsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void members_are_added_scored_and_removed() {
        assertEquals(":2", kv.call("ZADD", "z", "1", "a", "2.5", "b"));
        assertEquals(":0", kv.call("ZADD", "z", "3", "a"));
        assertEquals(":1", kv.call("ZADD", "z", "CH", "4", "a", "2.5", "b"));
        assertEquals("4", kv.call("ZSCORE", "z", "a"));
        assertEquals(":1", kv.call("ZRANK", "z", "a"));
        assertEquals(":0", kv.call("ZREVRANK", "z", "a"));
        assertEquals("6.5", kv.call("ZINCRBY", "z", "4", "b"));
        assertEquals(":2", kv.call("ZREM", "z", "a", "none", "b"));
        assertEquals(
                List.of("new z", "zadd z", "zadd z", "zadd z", "zincr z", "zrem z", "del z"),
                kv.events());
    }

    @Test
    void a_sorted_set_becomes_a_table_with_the_member_that_asks_for_it() {
        kv.call("ZADD", "z", "1", "a", "2", "x".repeat(65), "3", "b");
        assertEquals("skiplist", kv.call("OBJECT", "ENCODING", "z"));
        assertEquals(":3", kv.call("ZCARD", "z"));
        List<String> many = new ArrayList<>(List.of("ZADD", "n"));
        for (int i = 0; i < 128; i++) {
            many.add("" + i);
            many.add("m" + i);
        }
        kv.call(many.toArray(String[]::new));
        kv.call("ZADD", "n", "7", "m1");
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "n"));
        assertEquals(":0", kv.call("ZADD", "n", "XX", "1", "m128"));
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "n"));
        kv.call("ZADD", "n", "1", "m128");
        assertEquals("skiplist", kv.call("OBJECT", "ENCODING", "n"));
        kv.call("ZRANGESTORE", "part", "n", "0", "9");
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "part"));
    }

    @Test
    void a_refused_increment_changes_nothing() {
        kv.call("ZADD", "z", "inf", "a");
        assertEquals(
                "-ERR resulting score is not a number (NaN)", kv.call("ZINCRBY", "z", "-inf", "a"));
        assertEquals("inf", kv.call("ZSCORE", "z", "a"));
        assertEquals("-ERR value is not a valid float", kv.call("ZADD", "z", "1", "b", "nan", "c"));
        assertEquals(":1", kv.call("ZCARD", "z"));
    }

    @Test
    void a_union_weighs_and_adds_and_may_replace_one_of_its_sources() {
        kv.call("ZADD", "a", "1", "x", "2", "y");
        kv.call("ZADD", "b", "10", "y", "20", "z");
        assertEquals(":3", kv.call("ZUNIONSTORE", "a", "2", "a", "b", "WEIGHTS", "2", "3"));
        assertEquals("34", kv.call("ZSCORE", "a", "y"));
        assertEquals(":2", kv.call("ZINTERSTORE", "b", "2", "a", "b", "AGGREGATE", "MIN"));
        assertEquals("10", kv.call("ZSCORE", "b", "y"));
        assertEquals(":1", kv.call("ZDIFFSTORE", "b", "2", "a", "b"));
        assertEquals(":0", kv.call("ZINTERSTORE", "b", "2", "a", "none"));
        assertEquals(":0", kv.call("EXISTS", "b"));
    }

    @Test
    void unions_of_unions_in_a_transaction_fit_into_their_record() {
        for (int i = 0; i < 1000; i++) {
            kv.call("ZADD", "a", "" + i, "a member with a long name " + i);
        }
        kv.call("MULTI");
        kv.call("ZUNIONSTORE", "b", "1", "a");
        kv.call("ZUNIONSTORE", "c", "2", "a", "b");
        kv.call("ZRANGESTORE", "d", "c", "0", "-1");
        kv.call("EXEC");
        assertEquals(":1000", kv.call("ZCARD", "d"));
        assertEquals("14", kv.call("ZSCORE", "c", "a member with a long name 7"));
    }

    @Test
    void a_client_that_waits_gets_the_member_that_comes() {
        KvClient waiting = kv.client();
        assertEquals(KvClient.NOTHING, waiting.call("BZPOPMIN", "none", "z", "0"));
        kv.call("ZADD", "z", "2", "b", "1", "a");
        assertEquals("[z, a, 1]", waiting.receive());
        assertEquals(KvClient.NOTHING, waiting.call("BZMPOP", "0", "1", "u", "MAX"));
        kv.call("ZUNIONSTORE", "u", "1", "z");
        assertEquals("[u, [[b, 2]]]", waiting.receive());
        assertEquals(KvClient.NOTHING, waiting.call("BZPOPMAX", "other", "0"));
        kv.call("RENAME", "z", "other");
        assertEquals("[other, b, 2]", waiting.receive());
        assertEquals(":0", kv.call("EXISTS", "z", "u", "other"));
    }
}
