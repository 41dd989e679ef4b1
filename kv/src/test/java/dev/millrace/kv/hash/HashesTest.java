package dev.millrace.kv.hash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class HashesTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void fields_are_set_read_and_deleted() {
        assertEquals(":2", kv.call("HSET", "h", "a", "1", "b", "two"));
        assertEquals(":1", kv.call("HSET", "h", "a", "one", "c", "3"));
        assertEquals("one", kv.call("HGET", "h", "a"));
        assertEquals("two", kv.call("HGET", "h", "b"));
        assertEquals(":3", kv.call("HLEN", "h"));
        assertEquals(":2", kv.call("HDEL", "h", "a", "x", "b", "a"));
        assertEquals(":1", kv.call("HDEL", "h", "c"));
        assertEquals(
                List.of("new h", "hset h", "hset h", "hdel h", "hdel h", "del h"), kv.events());
        assertEquals(":0", kv.call("EXISTS", "h"));
    }

    @Test
    void a_hash_becomes_a_table_by_length_or_by_number() {
        kv.call("HSET", "h", "a", "x".repeat(64));
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "h"));
        kv.call("HSET", "h", "b", "x".repeat(65));
        assertEquals("hashtable", kv.call("OBJECT", "ENCODING", "h"));
        for (int i = 0; i < 512; i++) {
            kv.call("HSET", "n", "f" + i, "v");
        }
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "n"));
        kv.call("HSET", "n", "f1", "w");
        assertEquals("listpack", kv.call("OBJECT", "ENCODING", "n"));
        kv.call("HSET", "n", "g", "v");
        assertEquals("hashtable", kv.call("OBJECT", "ENCODING", "n"));
        assertEquals(":513", kv.call("HLEN", "n"));
        assertEquals("w", kv.call("HGET", "n", "f1"));
    }
}
