package dev.millrace.kv.string;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class StringsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void mset_sets_all_and_mget_gets_all() {
        assertEquals("OK", kv.call("MSET", "a", "1", "b", "2", "a", "3"));
        assertEquals("[3, 2, nil]", kv.call("MGET", "a", "b", "c"));
        assertEquals(
                List.of("new a", "set a", "new b", "set b", "set a", "keymiss c"), kv.events());
    }

    @Test
    void mset_forgets_the_expiry() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.call("MSET", "a", "2");
        assertEquals(":-1", kv.call("TTL", "a"));
    }

    @Test
    void msetnx_sets_all_or_none() {
        assertEquals(":1", kv.call("MSETNX", "a", "1", "b", "2", "a", "3"));
        assertEquals(":0", kv.call("MSETNX", "c", "1", "b", "3"));
        assertEquals("[3, 2, nil]", kv.call("MGET", "a", "b", "c"));
    }

    @Test
    void keys_without_a_value_are_refused() {
        assertEquals(
                "-ERR wrong number of arguments for 'mset' command",
                kv.call("MSET", "a", "1", "b"));
        assertEquals(
                "-ERR wrong number of arguments for 'msetnx' command",
                kv.call("MSETNX", "a", "1", "b"));
        assertEquals("-ERR wrong number of arguments for 'mset' command", kv.call("MSET", "a"));
    }

    @Test
    void strlen_of_what_is_not_there_is_0() {
        kv.call("SET", "a", "four");
        assertEquals(":4", kv.call("STRLEN", "a"));
        assertEquals(":0", kv.call("STRLEN", "b"));
    }

    @Test
    void getdel_takes_the_value_out() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.events();
        assertEquals("1", kv.call("GETDEL", "a"));
        assertEquals("nil", kv.call("GETDEL", "a"));
        assertEquals(List.of("del a", "keymiss a"), kv.events());
        assertEquals(":0", kv.call("DBSIZE"));
    }

    @Test
    void getex_without_an_option_is_get() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.events();
        assertEquals("1", kv.call("GETEX", "a"));
        assertEquals(":10", kv.call("TTL", "a"));
        assertEquals(List.of(), kv.events());
    }

    @Test
    void getex_sets_or_takes_away_the_expiry() {
        kv.call("SET", "a", "1");
        kv.events();
        assertEquals("1", kv.call("GETEX", "a", "EX", "10"));
        assertEquals(":10", kv.call("TTL", "a"));
        assertEquals("1", kv.call("GETEX", "a", "PXAT", "" + (kv.nowMillis() + 7)));
        assertEquals(":7", kv.call("PTTL", "a"));
        assertEquals("1", kv.call("GETEX", "a", "PERSIST"));
        assertEquals(":-1", kv.call("TTL", "a"));
        assertEquals("1", kv.call("GETEX", "a", "PERSIST"));
        assertEquals(List.of("expire a", "expire a", "persist a"), kv.events());
    }

    @Test
    void getex_with_a_time_in_the_past_deletes() {
        kv.call("SET", "a", "1");
        kv.events();
        assertEquals("1", kv.call("GETEX", "a", "EXAT", "1"));
        assertEquals(List.of("del a"), kv.events());
        assertEquals("nil", kv.call("GETEX", "a"));
    }

    @Test
    void getex_refuses_what_contradicts_itself() {
        kv.call("SET", "a", "1");
        assertEquals("-ERR syntax error", kv.call("GETEX", "a", "PERSIST", "EX", "1"));
        assertEquals("-ERR syntax error", kv.call("GETEX", "a", "EX", "1", "PERSIST"));
        assertEquals("-ERR syntax error", kv.call("GETEX", "a", "EX", "1", "PX", "1"));
        assertEquals("-ERR syntax error", kv.call("GETEX", "a", "EX"));
        assertEquals("-ERR syntax error", kv.call("GETEX", "a", "KEEPTTL"));
        assertEquals(
                "-ERR invalid expire time in 'getex' command", kv.call("GETEX", "a", "EX", "0"));
        assertEquals("nil", kv.call("GETEX", "b", "EX", "0"));
    }
}
