package dev.millrace.kv.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class StreamsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static void fill(String key, int entries) {
        for (int i = 1; i <= entries; i++) {
            assertEquals(i + "-0", kv.call("XADD", key, i + "-0", "f", "v" + i));
        }
    }

    // ---- Entries

    @Test
    void an_id_is_the_time_or_the_next_of_the_last_one() {
        String first = kv.call("XADD", "s", "*", "f", "v");
        assertEquals(kv.nowMillis() + "-0", first);
        assertEquals(kv.nowMillis() + "-1", kv.call("XADD", "s", "*", "f", "v"));
        kv.call("XADD", "ahead", "9999999999999-5", "f", "v");
        assertEquals("9999999999999-6", kv.call("XADD", "ahead", "*", "f", "v"));
        assertEquals("9999999999999-7", kv.call("XADD", "ahead", "9999999999999-*", "f", "v"));
        assertEquals("10000000000000-0", kv.call("XADD", "ahead", "10000000000000-*", "f", "v"));
    }

    @Test
    void an_id_that_is_not_above_the_last_is_refused() {
        kv.call("XADD", "s", "5-5", "f", "v");
        String refused =
                "-ERR The ID specified in XADD is equal or smaller than the target stream top item";
        assertEquals(refused, kv.call("XADD", "s", "5-5", "f", "v"));
        assertEquals(refused, kv.call("XADD", "s", "4-9", "f", "v"));
        assertEquals(refused, kv.call("XADD", "s", "4-*", "f", "v"));
        assertEquals(
                "-ERR The ID specified in XADD must be greater than 0-0",
                kv.call("XADD", "t", "0-0", "f", "v"));
        assertEquals(":0", kv.call("EXISTS", "t"));
        kv.call("XADD", "s", "18446744073709551615-18446744073709551615", "f", "v");
        assertEquals(
                "-ERR The stream has exhausted the last possible ID, unable to add more items",
                kv.call("XADD", "s", "*", "f", "v"));
    }

    @Test
    void an_id_of_any_64_bits_is_told_as_it_was_given() {
        for (String id :
                List.of(
                        "9223372036854775807-9223372036854775807",
                        "9223372036854775808-9223372036854775808",
                        "9999999999999999999-9999999999999999999",
                        "10000000000000000000-10000000000000000000")) {
            assertEquals(id, kv.call("XADD", "s", id, "f", "v"));
        }
    }

    @Test
    void numbers_are_read_as_c_reads_them() {
        assertEquals("5-7", kv.call("XADD", "s", " +5-007", "f", "v"));
        assertEquals("[[5-7, [f, v]]]", kv.call("XRANGE", "s", "05-7", "5-7"));
        String invalid = "-ERR Invalid stream ID specified as stream command argument";
        assertEquals(invalid, kv.call("XADD", "s", "5-", "f", "v"));
        assertEquals(invalid, kv.call("XADD", "s", "-5", "f", "v"));
        assertEquals(invalid, kv.call("XADD", "s", "18446744073709551616", "f", "v"));
        assertEquals(
                "18446744073709551615-0", kv.call("XADD", "s", "18446744073709551615", "f", "v"));
    }

    @Test
    void ranges_include_their_ends_or_not_and_go_both_ways() {
        fill("s", 5);
        assertEquals("[[2-0, [f, v2]], [3-0, [f, v3]]]", kv.call("XRANGE", "s", "2", "(4-0"));
        assertEquals(
                "[[5-0, [f, v5]], [4-0, [f, v4]]]",
                kv.call("XREVRANGE", "s", "+", "-", "COUNT", "2"));
        assertEquals("[]", kv.call("XRANGE", "s", "(5", "+"));
        assertEquals("nil", kv.call("XRANGE", "s", "-", "+", "COUNT", "0"));
        assertEquals("-ERR invalid end ID for the interval", kv.call("XRANGE", "s", "-", "(0-0"));
    }

    @Test
    void entries_with_other_names_and_numbers_come_back_as_they_were() {
        kv.call("XADD", "s", "1-1", "a", "1", "b", "-70000");
        kv.call("XADD", "s", "1-2", "a", "", "b", "007");
        kv.call("XADD", "s", "3-0", "c", "\u0000\u00ff");
        kv.call("XADD", "s", "3-1", "b", "1", "a", "x".repeat(5000));
        assertEquals(
                "[[1-1, [a, 1, b, -70000]], [1-2, [a, , b, 007]], [3-0, [c, \u0000\u00ff]], [3-1,"
                        + " [b, 1, a, "
                        + "x".repeat(5000)
                        + "]]]",
                kv.call("XRANGE", "s", "-", "+"));
        kv.restart();
        assertEquals(":4", kv.call("XLEN", "s"));
    }

    @Test
    void a_node_takes_as_many_entries_as_config_says() {
        kv.call("CONFIG", "SET", "stream-node-max-entries", "3");
        fill("s", 10);
        kv.call("CONFIG", "SET", "stream-node-max-entries", "100");
        assertTrue(kv.call("XINFO", "STREAM", "s").contains("radix-tree-keys, :4"));
        assertEquals(":6", kv.call("XTRIM", "s", "MAXLEN", "~", "4"));
        assertEquals(":0", kv.call("XTRIM", "s", "MAXLEN", "~", "3"));
        assertEquals(":1", kv.call("XTRIM", "s", "MAXLEN", "=", "3"));
        assertEquals(
                "[[8-0, [f, v8]], [9-0, [f, v9]], [10-0, [f, v10]]]",
                kv.call("XRANGE", "s", "-", "+"));
        assertEquals(":2", kv.call("XTRIM", "s", "MINID", "10"));
        assertEquals("[[10-0, [f, v10]]]", kv.call("XRANGE", "s", "-", "+"));
    }

    @Test
    void what_is_deleted_is_gone_and_the_stream_stays() {
        fill("s", 3);
        assertEquals(":2", kv.call("XDEL", "s", "1-0", "3-0", "3-0", "7-7"));
        assertEquals("[[2-0, [f, v2]]]", kv.call("XREVRANGE", "s", "+", "-"));
        assertEquals(":1", kv.call("XDEL", "s", "2-0"));
        assertEquals(":0", kv.call("XLEN", "s"));
        assertEquals("stream", kv.call("TYPE", "s"));
        assertEquals("3-1", kv.call("XADD", "s", "3-*", "f", "v"));
    }

    @Test
    void other_commands_know_streams() {
        fill("s", 300);
        assertEquals("stream", kv.call("OBJECT", "ENCODING", "s"));
        assertEquals(":1", kv.call("COPY", "s", "t"));
        assertEquals("OK", kv.call("RENAME", "s", "u"));
        assertEquals(kv.call("XRANGE", "t", "-", "+"), kv.call("XRANGE", "u", "-", "+"));
        assertTrue(kv.call("SORT", "t").startsWith("-WRONGTYPE"));
        assertTrue(kv.call("LPUSH", "t", "a").startsWith("-WRONGTYPE"));
        kv.call("SET", "string", "x");
        assertTrue(kv.call("XADD", "string", "*", "f", "v").startsWith("-WRONGTYPE"));
        assertEquals(":1", kv.call("UNLINK", "t"));
        assertEquals("[0, [u]]", kv.call("SCAN", "0", "TYPE", "stream", "COUNT", "1000"));
    }

    @Test
    void watchers_hear_of_entries_and_not_of_groups() {
        fill("s", 3);
        KvClient other = kv.client();
        kv.call("WATCH", "s");
        other.call("XGROUP", "CREATE", "s", "g", "0");
        other.call("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">");
        other.call("XACK", "s", "g", "1-0");
        kv.call("MULTI");
        kv.call("XLEN", "s");
        assertEquals("[:3]", kv.call("EXEC"));
        kv.call("WATCH", "s");
        other.call("XDEL", "s", "1-0");
        kv.call("MULTI");
        assertEquals("nil", kv.call("EXEC"));
    }

    @Test
    void subscribers_hear_what_they_hear_of_redis() {
        kv.call("XADD", "s", "MAXLEN", "1", "1-1", "f", "v");
        kv.call("XADD", "s", "MAXLEN", "1", "1-2", "f", "v");
        kv.call("XGROUP", "CREATE", "s", "g", "0");
        kv.call("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">");
        kv.call("XSETID", "s", "9-9");
        kv.call("XDEL", "s", "1-2");
        kv.call("XGROUP", "DESTROY", "s", "g");
        assertEquals(
                List.of(
                        "new s",
                        "xadd s",
                        "xadd s",
                        "xtrim s",
                        "xgroup-create s",
                        "xgroup-createconsumer s",
                        "xsetid s",
                        "xdel s",
                        "xgroup-destroy s"),
                kv.events());
    }

    // ---- Groups

    @Test
    void each_entry_goes_to_one_consumer_of_a_group() {
        fill("s", 3);
        kv.call("XGROUP", "CREATE", "s", "g", "0");
        assertEquals(
                "[[s, [[1-0, [f, v1]], [2-0, [f, v2]]]]]",
                kv.call("XREADGROUP", "GROUP", "g", "a", "COUNT", "2", "STREAMS", "s", ">"));
        assertEquals(
                "[[s, [[3-0, [f, v3]]]]]",
                kv.call("XREADGROUP", "GROUP", "g", "b", "STREAMS", "s", ">"));
        assertEquals("nil", kv.call("XREADGROUP", "GROUP", "g", "b", "STREAMS", "s", ">"));
        assertEquals("[:3, 1-0, 3-0, [[a, 2], [b, 1]]]", kv.call("XPENDING", "s", "g"));
        assertEquals(":1", kv.call("XACK", "s", "g", "1-0", "9-9"));
        assertEquals(
                "[[s, [[2-0, [f, v2]]]]]",
                kv.call("XREADGROUP", "GROUP", "g", "a", "STREAMS", "s", "0"));
        kv.advance(50);
        assertEquals(
                "[[2-0, a, :50, :2], [3-0, b, :50, :1]]",
                kv.call("XPENDING", "s", "g", "-", "+", "10"));
        kv.restart();
        assertEquals(
                "[[2-0, a, :50, :2]]",
                kv.call("XPENDING", "s", "g", "IDLE", "50", "-", "+", "10", "a"));
    }

    @Test
    void what_is_pending_may_be_claimed_and_what_is_gone_is_dropped() {
        fill("s", 4);
        kv.call("XGROUP", "CREATE", "s", "g", "0");
        kv.call("XREADGROUP", "GROUP", "g", "a", "STREAMS", "s", ">");
        kv.call("XDEL", "s", "2-0");
        kv.advance(100);
        assertEquals("[]", kv.call("XCLAIM", "s", "g", "b", "101", "1-0"));
        assertEquals(
                "[[1-0, [f, v1]]]", kv.call("XCLAIM", "s", "g", "b", "100", "1-0", "2-0", "7-0"));
        assertEquals(
                "[4-0, [3-0], []]",
                kv.call("XAUTOCLAIM", "s", "g", "b", "50", "2", "COUNT", "1", "JUSTID"));
        assertEquals("[:3, 1-0, 4-0, [[a, 1], [b, 2]]]", kv.call("XPENDING", "s", "g"));
        kv.call("XDEL", "s", "4-0");
        assertEquals("[0-0, [], [4-0]]", kv.call("XAUTOCLAIM", "s", "g", "b", "1000", "-"));
        assertEquals(":2", kv.call("XGROUP", "DELCONSUMER", "s", "g", "b"));
        assertEquals("[:0, nil, nil, nil]", kv.call("XPENDING", "s", "g"));
    }

    @Test
    void a_group_knows_how_far_behind_it_is() {
        fill("s", 5);
        kv.call("XGROUP", "CREATE", "s", "g", "0");
        kv.call("XREADGROUP", "GROUP", "g", "a", "COUNT", "2", "STREAMS", "s", ">");
        assertTrue(kv.call("XINFO", "GROUPS", "s").endsWith("entries-read, :2, lag, :3]]"));
        kv.call("XDEL", "s", "4-0");
        assertTrue(kv.call("XINFO", "GROUPS", "s").endsWith("entries-read, :2, lag, nil]]"));
        kv.call("XREADGROUP", "GROUP", "g", "a", "STREAMS", "s", ">");
        assertTrue(kv.call("XINFO", "GROUPS", "s").endsWith("entries-read, :5, lag, :0]]"));
    }

    @Test
    void a_transaction_waits_for_nobody() {
        kv.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
        kv.call("MULTI");
        kv.call("XREAD", "BLOCK", "0", "STREAMS", "s", "$");
        kv.call("XREADGROUP", "GROUP", "g", "a", "BLOCK", "0", "STREAMS", "s", ">");
        assertEquals("[nil, nil]", kv.call("EXEC"));
    }

    @Test
    void a_dump_is_a_stream_again_with_its_groups() {
        fill("s", 250);
        kv.call("XGROUP", "CREATE", "s", "g", "0");
        kv.call("XREADGROUP", "GROUP", "g", "a", "COUNT", "90", "STREAMS", "s", ">");
        kv.call("XREADGROUP", "GROUP", "g", "b", "COUNT", "90", "STREAMS", "s", ">");
        kv.call("XDEL", "s", "100-0", "1-0");
        String dump = kv.call("DUMP", "s");
        assertEquals("OK", kv.call("RESTORE", "t", "0", dump));
        assertEquals(dump, kv.call("DUMP", "t"));
        assertEquals(
                kv.call("XINFO", "STREAM", "s", "FULL", "COUNT", "0"),
                kv.call("XINFO", "STREAM", "t", "FULL", "COUNT", "0"));
    }
}
