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

    /** Longer than a member of a listpack may be. */
    private static final String LONG = "long".repeat(20);

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

    /** A listpack keeps whole scores as integers, and those have one zero. */
    @Test
    void a_listpack_forgets_the_sign_of_a_zero_and_a_table_does_not() {
        kv.call("ZADD", "packed", "-0", "a");
        assertEquals("0", kv.call("ZSCORE", "packed", "a"));
        kv.call("ZADD", "packed", "-0", LONG);
        kv.call("ZADD", "packed", "-0", "b");
        assertEquals("[a, 0, b, -0, " + LONG + ", -0]", scored("packed"));
        kv.call("ZUNIONSTORE", "table", "1", "packed", "WEIGHTS", "-1");
        assertEquals("[a, -0, b, 0, " + LONG + ", 0]", scored("table"));
        kv.call("ZREM", "table", LONG);
        kv.call("ZUNIONSTORE", "again", "1", "table");
        assertEquals("[a, 0, b, 0]", scored("again"));
        kv.call("ZDIFFSTORE", "again", "2", "table", "none");
        assertEquals("[a, 0, b, 0]", scored("again"));
    }

    @Test
    void a_stored_range_forgets_the_signs_of_those_zeros_that_came_before_it_was_a_table() {
        kv.call("ZADD", "z", "-0", LONG, "-0", "a", "-0", "b");
        kv.call("ZADD", "z", "-0", "y", "-0", "z", "1", "one");
        kv.call("ZRANGESTORE", "up", "z", "0", "-1");
        assertEquals("[a, 0, b, 0, " + LONG + ", -0, y, -0, z, -0, one, 1]", scored("up"));
        kv.call("ZRANGESTORE", "down", "z", "0", "-1", "REV");
        assertEquals("[a, -0, b, -0, " + LONG + ", -0, y, 0, z, 0, one, 1]", scored("down"));
        kv.call("ZRANGESTORE", "short", "z", "0", "1");
        assertEquals("[a, 0, b, 0]", scored("short"));
        kv.restart();
        assertEquals("[a, -0, b, -0, " + LONG + ", -0, y, 0, z, 0, one, 1]", scored("down"));
    }

    /** Of ranks it is known at once how many there are; of scores it is not. */
    @Test
    void a_stored_range_of_more_ranks_than_a_listpack_holds_is_a_table_from_its_first_member() {
        kv.call("ZADD", "z", "-0", "z" + LONG);
        for (int i = 0; i < 130; i++) {
            kv.call("ZADD", "z", "-0", "m%03d".formatted(i));
        }
        kv.call("ZRANGESTORE", "ranks", "z", "0", "129");
        assertEquals("-0", kv.call("ZSCORE", "ranks", "m000"));
        kv.call("ZRANGESTORE", "scores", "z", "0", "0", "BYSCORE", "LIMIT", "0", "130");
        assertEquals("0", kv.call("ZSCORE", "scores", "m127"));
        assertEquals("-0", kv.call("ZSCORE", "scores", "m128"));
    }

    @Test
    void a_dumped_table_is_restored_as_a_table_with_the_signs_of_its_zeros() {
        kv.call("ZADD", "z", "1", LONG, "-0", "a", "-0", "b");
        String table = kv.call("DUMP", "z");
        kv.call("RESTORE", "back", "0", table);
        assertEquals("[a, -0, b, -0, " + LONG + ", 1]", scored("back"));
        kv.call("ZREM", "z", LONG);
        kv.call("RESTORE", "small", "0", kv.call("DUMP", "z"));
        assertEquals("[a, 0, b, 0]", scored("small"));
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "small"));
    }

    private static String scored(String key) {
        return kv.call("ZRANGE", key, "0", "-1", "WITHSCORES");
    }
}
