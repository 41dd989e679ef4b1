package dev.millrace.kv.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IntrospectionTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static String encoding(String key) {
        return kv.call("OBJECT", "ENCODING", key);
    }

    @Test
    void type_is_string_or_none() {
        kv.call("SET", "a", "1");
        assertEquals("string", kv.call("TYPE", "a"));
        assertEquals("none", kv.call("TYPE", "b"));
    }

    @Test
    void a_string_is_int_embstr_or_raw() {
        kv.call("SET", "a", "-9223372036854775808");
        assertEquals("int", encoding("a"));
        kv.call("SET", "a", "9223372036854775808");
        assertEquals("embstr", encoding("a"));
        kv.call("SET", "a", "x".repeat(44));
        assertEquals("embstr", encoding("a"));
        kv.call("SET", "a", "x".repeat(45));
        assertEquals("raw", encoding("a"));
        kv.call("SET", "a", "");
        assertEquals("embstr", encoding("a"));
        assertEquals("nil", encoding("b"));
    }

    @Test
    void what_was_changed_in_place_is_raw_until_it_is_set_anew() {
        kv.call("SET", "a", "1");
        kv.call("APPEND", "a", "2");
        assertEquals("raw", encoding("a"));
        kv.call("EXPIRE", "a", "10");
        assertEquals("raw", encoding("a"));
        kv.call("COPY", "a", "b");
        assertEquals("raw", encoding("b"));
        assertEquals(":13", kv.call("INCR", "a"));
        assertEquals("int", encoding("a"));
        kv.call("SETRANGE", "a", "0", "9");
        assertEquals("raw", encoding("a"));
        kv.call("SET", "a", "1");
        assertEquals("int", encoding("a"));
    }

    @Test
    void a_float_is_no_int_even_if_it_is_whole() {
        kv.call("INCRBYFLOAT", "a", "3");
        assertEquals("embstr", encoding("a"));
        kv.restart();
        assertEquals("embstr", encoding("a"));
    }

    @Test
    void small_integers_are_shared() {
        kv.call("MSET", "a", "9999", "b", "10000", "c", "text", "d", "-1");
        assertEquals(":2147483647", kv.call("OBJECT", "REFCOUNT", "a"));
        assertEquals(":1", kv.call("OBJECT", "REFCOUNT", "b"));
        assertEquals(":1", kv.call("OBJECT", "REFCOUNT", "c"));
        assertEquals(":1", kv.call("OBJECT", "REFCOUNT", "d"));
    }

    @Test
    void idle_time_is_the_seconds_since_the_last_access() {
        kv.call("SET", "a", "1");
        kv.advance(5_000);
        kv.call("EXISTS", "a");
        kv.call("TTL", "a");
        kv.call("TYPE", "a");
        assertEquals(":5", kv.call("OBJECT", "IDLETIME", "a"));
        kv.call("TOUCH", "a");
        assertEquals(":0", kv.call("OBJECT", "IDLETIME", "a"));
        kv.advance(3_000);
        kv.call("GET", "a");
        assertEquals(":0", kv.call("OBJECT", "IDLETIME", "a"));
        assertEquals("nil", kv.call("OBJECT", "IDLETIME", "b"));
    }

    @Test
    void frequencies_are_not_tracked() {
        kv.call("SET", "a", "1");
        assertTrue(
                kv.call("OBJECT", "FREQ", "a")
                        .startsWith("-ERR An LFU maxmemory policy is not selected"));
        assertEquals("nil", kv.call("OBJECT", "FREQ", "b"));
    }

    @Test
    void object_has_help_and_refuses_the_rest() {
        assertTrue(kv.call("OBJECT", "HELP").contains("Prints this help."));
        assertEquals(
                "-ERR unknown subcommand 'WHAT'. Try OBJECT HELP.", kv.call("OBJECT", "WHAT", "a"));
        assertEquals(
                "-ERR wrong number of arguments for 'object|encoding' command",
                kv.call("OBJECT", "ENCODING"));
        assertEquals("-ERR wrong number of arguments for 'object' command", kv.call("OBJECT"));
    }
}
