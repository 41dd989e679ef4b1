package dev.millrace.kv.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class MovesTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String SAME = "-ERR source and destination objects are the same";

    @Test
    void rename_takes_value_expiry_and_encoding_along() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.call("SET", "b", "overwritten");
        kv.call("APPEND", "a", "2");
        kv.events();
        assertEquals("OK", kv.call("RENAME", "a", "b"));
        assertEquals("12", kv.call("GET", "b"));
        assertEquals(":10", kv.call("TTL", "b"));
        assertEquals("raw", kv.call("OBJECT", "ENCODING", "b"));
        assertEquals(":1", kv.call("DBSIZE"));
        assertEquals(List.of("new b", "rename_from a", "rename_to b"), kv.events());
    }

    @Test
    void rename_to_itself_is_nothing_but_needs_the_key() {
        assertEquals("-ERR no such key", kv.call("RENAME", "a", "a"));
        assertEquals("-ERR no such key", kv.call("RENAMENX", "a", "b"));
        kv.call("SET", "a", "1");
        kv.events();
        assertEquals("OK", kv.call("RENAME", "a", "a"));
        assertEquals(":0", kv.call("RENAMENX", "a", "a"));
        assertEquals(List.of(), kv.events());
    }

    @Test
    void renamenx_does_not_overwrite() {
        kv.call("MSET", "a", "1", "b", "2");
        assertEquals(":0", kv.call("RENAMENX", "a", "b"));
        assertEquals(":1", kv.call("RENAMENX", "a", "c"));
        assertEquals("[nil, 2, 1]", kv.call("MGET", "a", "b", "c"));
    }

    @Test
    void an_expired_destination_is_not_there() {
        kv.call("SET", "a", "1");
        kv.call("SET", "b", "2", "PX", "5");
        kv.advance(5);
        assertEquals(":1", kv.call("RENAMENX", "a", "b"));
        assertEquals("1", kv.call("GET", "b"));
        assertEquals(":-1", kv.call("TTL", "b"));
    }

    @Test
    void who_watches_either_key_is_told() {
        kv.call("SET", "a", "1");
        KvClient one = kv.client();
        KvClient other = kv.client();
        one.call("WATCH", "a");
        other.call("WATCH", "b");
        kv.call("RENAME", "a", "b");
        one.call("MULTI");
        other.call("MULTI");
        assertEquals("nil", one.call("EXEC"));
        assertEquals("nil", other.call("EXEC"));
    }

    @Test
    void move_brings_a_key_to_another_database() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.events();
        assertEquals(":1", kv.call("MOVE", "a", "3"));
        assertEquals(List.of("new a@3", "move_from a", "move_to a@3"), kv.events());
        assertEquals(":0", kv.call("MOVE", "a", "3"));
        kv.call("SET", "a", "2");
        assertEquals(":0", kv.call("MOVE", "a", "3"));
        kv.call("SELECT", "3");
        assertEquals("1", kv.call("GET", "a"));
        assertEquals(":10", kv.call("TTL", "a"));
    }

    @Test
    void move_and_copy_refuse_what_is_no_database_or_the_same() {
        assertEquals(SAME, kv.call("MOVE", "a", "0"));
        assertEquals("-ERR DB index is out of range", kv.call("MOVE", "a", "16"));
        assertEquals("-ERR DB index is out of range", kv.call("COPY", "a", "b", "DB", "-1"));
        assertEquals("-ERR value is not an integer or out of range", kv.call("MOVE", "a", "x"));
        assertEquals(
                "-ERR value is out of range, value must between -2147483648 and 2147483647",
                kv.call("MOVE", "a", "2147483648"));
        assertEquals(SAME, kv.call("COPY", "a", "a"));
        assertEquals("-ERR syntax error", kv.call("COPY", "a", "b", "DB"));
        assertEquals("-ERR syntax error", kv.call("COPY", "a", "b", "OVER"));
    }

    @Test
    void copy_leaves_the_source() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.events();
        assertEquals(":1", kv.call("COPY", "a", "b"));
        assertEquals(List.of("new b", "copy_to b"), kv.events());
        assertEquals("[1, 1]", kv.call("MGET", "a", "b"));
        assertEquals(":10", kv.call("TTL", "b"));
        kv.call("SET", "a", "2");
        assertEquals(":0", kv.call("COPY", "a", "b"));
        assertEquals(":1", kv.call("COPY", "a", "b", "REPLACE"));
        assertEquals("2", kv.call("GET", "b"));
        assertEquals(":-1", kv.call("TTL", "b"));
        assertEquals(":0", kv.call("COPY", "c", "b", "REPLACE"));
        assertEquals(":1", kv.call("COPY", "a", "a", "db", "1"));
    }

    @Test
    void large_values_and_long_keys_move_too() {
        String value = "v".repeat(700_000);
        String from = "f".repeat(5000);
        String to = "t".repeat(6000);
        kv.call("SET", from, value);
        kv.call("SET", to, "1", "PX", "1");
        kv.advance(1);
        assertEquals("OK", kv.call("RENAME", from, to));
        assertEquals(":1", kv.call("MOVE", to, "1"));
        kv.call("SELECT", "1");
        assertEquals(":1", kv.call("COPY", to, from));
        assertEquals(value, kv.call("GET", from));
    }

    @Test
    void del_exists_and_touch_count_keys() {
        kv.call("MSET", "a", "1", "b", "2");
        assertEquals(":3", kv.call("EXISTS", "a", "b", "a", "c"));
        assertEquals(":1", kv.call("TOUCH", "a", "c"));
        assertEquals(":1", kv.call("DEL", "a", "a", "c"));
        assertEquals(":1", kv.call("UNLINK", "b"));
        assertEquals(":0", kv.call("DBSIZE"));
    }
}
