package dev.millrace.kv.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;
import dev.millrace.kv.KvClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class TimeToLiveTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void an_expiry_is_set_in_any_unit_and_told_in_any() {
        kv.call("SET", "a", "1");
        assertEquals(":1", kv.call("EXPIRE", "a", "100"));
        assertEquals(":100", kv.call("TTL", "a"));
        assertEquals(":100000", kv.call("PTTL", "a"));
        assertEquals(":1", kv.call("PEXPIRE", "a", "1500"));
        assertEquals(":2", kv.call("TTL", "a"));
        assertEquals(":1", kv.call("PEXPIRE", "a", "1499"));
        assertEquals(":1", kv.call("TTL", "a"));
        assertEquals(":1", kv.call("EXPIREAT", "a", "2000000000"));
        assertEquals(":2000000000000", kv.call("PEXPIRETIME", "a"));
        assertEquals(":1", kv.call("PEXPIREAT", "a", "2000000000500"));
        assertEquals(":2000000001", kv.call("EXPIRETIME", "a"));
        assertEquals("1", kv.call("GET", "a"));
    }

    @Test
    void keys_without_expiry_and_missing_keys_have_numbers_of_their_own() {
        kv.call("SET", "a", "1");
        for (String command : List.of("TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME")) {
            assertEquals(":-1", kv.call(command, "a"));
            assertEquals(":-2", kv.call(command, "b"));
        }
        assertEquals(":0", kv.call("EXPIRE", "b", "100"));
    }

    @Test
    void a_key_is_gone_when_its_time_has_come() {
        kv.call("SET", "a", "1", "PX", "100");
        kv.advance(99);
        assertEquals(":1", kv.call("PTTL", "a"));
        kv.advance(1);
        kv.events();
        assertEquals(":-2", kv.call("PTTL", "a"));
        assertEquals(List.of("expired a", "keymiss a"), kv.events());
    }

    @Test
    void a_time_in_the_past_deletes() {
        kv.call("SET", "a", "1");
        kv.events();
        assertEquals(":1", kv.call("EXPIRE", "a", "0"));
        assertEquals(":0", kv.call("EXISTS", "a"));
        assertEquals(List.of("del a", "keymiss a"), kv.events());
        kv.call("SET", "a", "1");
        assertEquals(":1", kv.call("PEXPIREAT", "a", "-5"));
        assertEquals(":0", kv.call("DBSIZE"));
    }

    @Test
    void conditions_compare_with_the_expiry_there_is() {
        kv.call("SET", "a", "1");
        assertEquals(":0", kv.call("EXPIRE", "a", "100", "XX"));
        assertEquals(":0", kv.call("EXPIRE", "a", "100", "GT"));
        assertEquals(":1", kv.call("EXPIRE", "a", "100", "NX"));
        assertEquals(":0", kv.call("EXPIRE", "a", "200", "NX"));
        assertEquals(":1", kv.call("EXPIRE", "a", "200", "gt", "xx"));
        assertEquals(":0", kv.call("EXPIRE", "a", "200", "GT"));
        assertEquals(":0", kv.call("EXPIRE", "a", "200", "LT"));
        assertEquals(":1", kv.call("EXPIRE", "a", "199", "LT"));
        assertEquals(":199", kv.call("TTL", "a"));
        kv.call("PERSIST", "a");
        assertEquals(":0", kv.call("EXPIRE", "a", "100", "LT", "XX"));
        assertEquals(":1", kv.call("EXPIRE", "a", "100", "LT"));
    }

    @Test
    void conditions_that_contradict_each_other_are_refused() {
        String withNx = "-ERR NX and XX, GT or LT options at the same time are not compatible";
        assertEquals(withNx, kv.call("EXPIRE", "a", "1", "NX", "XX"));
        assertEquals(withNx, kv.call("EXPIRE", "a", "1", "GT", "NX"));
        assertEquals(
                "-ERR GT and LT options at the same time are not compatible",
                kv.call("EXPIRE", "a", "1", "GT", "LT"));
        assertEquals("-ERR Unsupported option Now", kv.call("EXPIRE", "a", "x", "Now"));
    }

    @Test
    void numbers_that_are_none_or_too_far_are_refused() {
        assertEquals("-ERR value is not an integer or out of range", kv.call("EXPIRE", "a", "1.5"));
        for (String command : List.of("expire", "pexpire", "expireat")) {
            assertEquals(
                    "-ERR invalid expire time in '" + command + "' command",
                    kv.call(command, "a", "9223372036854775807"));
        }
        assertEquals(":0", kv.call("PEXPIREAT", "a", "9223372036854775807"));
        assertEquals(
                "-ERR invalid expire time in 'expire' command",
                kv.call("EXPIRE", "a", "-9223372036854775808"));
        assertEquals(":0", kv.call("PEXPIRE", "a", "-9223372036854775808"));
    }

    @Test
    void the_last_time_there_is_can_be_told_in_seconds() {
        kv.call("SET", "a", "1", "PXAT", "9223372036854775807");
        assertEquals(":9223372036854776", kv.call("EXPIRETIME", "a"));
    }

    @Test
    void persist_takes_the_expiry_away() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.events();
        assertEquals(":1", kv.call("PERSIST", "a"));
        assertEquals(":0", kv.call("PERSIST", "a"));
        assertEquals(":0", kv.call("PERSIST", "b"));
        assertEquals(":-1", kv.call("TTL", "a"));
        assertEquals(List.of("persist a"), kv.events());
    }

    @Test
    void a_write_to_an_expired_key_starts_anew() {
        kv.call("SET", "a", "old", "PX", "5");
        kv.advance(5);
        kv.events();
        assertEquals(":3", kv.call("APPEND", "a", "new"));
        assertEquals(List.of("expired a", "new a", "append a"), kv.events());
        assertEquals(":-1", kv.call("TTL", "a"));
    }

    @Test
    void a_read_in_a_transaction_that_writes_hides_what_is_expired() {
        kv.call("SET", "a", "old", "PX", "5");
        kv.advance(5);
        kv.call("MULTI");
        kv.call("GET", "a");
        kv.call("SET", "b", "1");
        kv.call("SETNX", "a", "new");
        assertEquals("[nil, OK, :1]", kv.call("EXEC"));
        assertEquals("new", kv.call("GET", "a"));
    }

    @Test
    void setting_an_expiry_fails_the_transaction_of_who_watches() {
        kv.call("SET", "a", "1");
        KvClient watcher = kv.client();
        watcher.call("WATCH", "a");
        kv.call("EXPIRE", "a", "10");
        watcher.call("MULTI");
        assertEquals("nil", watcher.call("EXEC"));
    }
}
