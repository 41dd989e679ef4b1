package dev.millrace.kv.string;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class SetTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String SYNTAX = "-ERR syntax error";
    private static final String BAD_EXPIRY = "-ERR invalid expire time in 'set' command";

    @Test
    void set_replaces_the_value_and_the_expiry() {
        assertEquals("OK", kv.call("SET", "a", "1", "EX", "10"));
        assertEquals("OK", kv.call("SET", "a", "2"));
        assertEquals("2", kv.call("GET", "a"));
        assertEquals(":-1", kv.call("TTL", "a"));
    }

    @Test
    void keepttl_leaves_the_expiry() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.call("SET", "a", "a longer value than before", "KEEPTTL");
        assertEquals(":10", kv.call("TTL", "a"));
        kv.call("SET", "b", "1", "KEEPTTL");
        assertEquals(":-1", kv.call("TTL", "b"));
    }

    @Test
    void nx_sets_only_what_is_not_there_and_xx_only_what_is() {
        assertEquals("nil", kv.call("SET", "a", "1", "XX"));
        assertEquals("OK", kv.call("SET", "a", "1", "NX"));
        assertEquals("nil", kv.call("SET", "a", "2", "nx"));
        assertEquals("OK", kv.call("SET", "a", "3", "xx", "XX"));
        assertEquals("3", kv.call("GET", "a"));
    }

    @Test
    void get_answers_the_old_value_whether_it_was_set_or_not() {
        assertEquals("nil", kv.call("SET", "a", "1", "GET"));
        assertEquals("1", kv.call("SET", "a", "2", "GET", "NX"));
        assertEquals("1", kv.call("SET", "a", "3", "XX", "GET"));
        assertEquals("3", kv.call("GET", "a"));
        assertEquals("nil", kv.call("SET", "b", "3", "XX", "GET"));
        assertEquals(":0", kv.call("EXISTS", "b"));
    }

    @Test
    void an_expiry_is_in_any_unit() {
        long now = kv.nowMillis();
        kv.call("SET", "a", "1", "EX", "10");
        kv.call("SET", "b", "1", "px", "10");
        kv.call("SET", "c", "1", "EXAT", "" + (now / 1000 + 5));
        kv.call("SET", "d", "1", "PXAT", "" + (now + 5));
        assertEquals(":" + (now + 10_000), kv.call("PEXPIRETIME", "a"));
        assertEquals(":" + (now + 10), kv.call("PEXPIRETIME", "b"));
        assertEquals(":" + (now / 1000 + 5), kv.call("EXPIRETIME", "c"));
        assertEquals(":5", kv.call("PTTL", "d"));
    }

    @Test
    void the_same_unit_may_be_said_twice_and_the_last_counts() {
        assertEquals("OK", kv.call("SET", "a", "1", "EX", "10", "EX", "20"));
        assertEquals(":20", kv.call("TTL", "a"));
    }

    @Test
    void what_is_set_to_have_expired_long_ago_is_gone_at_once() {
        assertEquals("OK", kv.call("SET", "a", "1", "PXAT", "1"));
        assertEquals(List.of("new a", "set a", "expire a"), kv.events());
        assertEquals("nil", kv.call("GET", "a"));
        assertEquals(List.of("expired a", "keymiss a"), kv.events());
    }

    @Test
    void options_that_contradict_each_other_are_refused() {
        assertEquals(SYNTAX, kv.call("SET", "a", "1", "NX", "XX"));
        assertEquals(SYNTAX, kv.call("SET", "a", "1", "KEEPTTL", "EX", "1"));
        assertEquals(SYNTAX, kv.call("SET", "a", "1", "EX", "1", "KEEPTTL"));
        assertEquals(SYNTAX, kv.call("SET", "a", "1", "EX", "1", "PX", "1"));
        assertEquals(SYNTAX, kv.call("SET", "a", "1", "EX"));
        assertEquals(SYNTAX, kv.call("SET", "a", "1", "PERSIST"));
        assertEquals(SYNTAX, kv.call("SET", "a", "1", "2"));
    }

    @Test
    void an_expiry_must_be_a_positive_number_that_is_not_too_far() {
        assertEquals(BAD_EXPIRY, kv.call("SET", "a", "1", "EX", "0"));
        assertEquals(BAD_EXPIRY, kv.call("SET", "a", "1", "PX", "-1"));
        assertEquals(BAD_EXPIRY, kv.call("SET", "a", "1", "EX", "9223372036854775807"));
        assertEquals(BAD_EXPIRY, kv.call("SET", "a", "1", "PX", "9223372036854775807"));
        assertEquals(
                "-ERR value is not an integer or out of range",
                kv.call("SET", "a", "1", "EX", "soon"));
        assertEquals("OK", kv.call("SET", "a", "1", "PXAT", "9223372036854775807"));
        assertEquals(":0", kv.call("EXISTS", "b"));
    }

    @Test
    void setex_psetex_setnx_and_getset_are_sets() {
        assertEquals("OK", kv.call("SETEX", "a", "10", "1"));
        assertEquals(":10", kv.call("TTL", "a"));
        assertEquals("OK", kv.call("PSETEX", "a", "10", "2"));
        assertEquals(":10", kv.call("PTTL", "a"));
        assertEquals("2", kv.call("GETSET", "a", "3"));
        assertEquals(":-1", kv.call("TTL", "a"));
        assertEquals("nil", kv.call("GETSET", "b", "3"));
        assertEquals(":0", kv.call("SETNX", "a", "4"));
        assertEquals(":1", kv.call("SETNX", "c", "4"));
        assertEquals(
                "-ERR invalid expire time in 'setex' command", kv.call("SETEX", "a", "0", "1"));
        assertEquals(
                "-ERR invalid expire time in 'psetex' command", kv.call("PSETEX", "a", "-1", "1"));
    }

    @Test
    void events_say_what_happened() {
        kv.call("SET", "a", "1");
        assertEquals(List.of("new a", "set a"), kv.events());
        kv.call("SET", "a", "1", "EX", "1");
        assertEquals(List.of("set a", "expire a"), kv.events());
        kv.call("SET", "b", "1", "GET");
        assertEquals(List.of("keymiss b", "new b", "set b"), kv.events());
        kv.call("SET", "b", "1", "NX");
        assertEquals(List.of(), kv.events());
        kv.call("GETSET", "c", "1");
        assertEquals(List.of("keymiss c", "new c", "set c"), kv.events());
    }

    @Test
    void a_key_and_a_value_are_any_bytes_of_any_length() {
        String key = "\u0000\u00ff".repeat(1000);
        String value = "\r\n\u0000\u0080".repeat(200_000);
        assertEquals("OK", kv.call("SET", key, value, "EX", "100"));
        assertEquals(value, kv.call("GET", key));
        assertEquals("OK", kv.call("SET", "", ""));
        assertEquals("", kv.call("GET", ""));
        assertEquals(":800000", kv.call("STRLEN", key));
    }
}
