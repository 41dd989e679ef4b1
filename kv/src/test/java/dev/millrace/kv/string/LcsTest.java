package dev.millrace.kv.string;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LcsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @BeforeEach
    void strings() {
        kv.call("MSET", "{a}1", "ohmytext", "{a}2", "mynewtext");
    }

    @Test
    void the_subsequence_its_length_or_where_it_is() {
        assertEquals("mytext", kv.call("LCS", "{a}1", "{a}2"));
        assertEquals(":6", kv.call("LCS", "{a}1", "{a}2", "LEN"));
        assertEquals(
                "[matches, [[[:4, :7], [:5, :8]], [[:2, :3], [:0, :1]]], len, :6]",
                kv.call("LCS", "{a}1", "{a}2", "IDX"));
        assertEquals(
                "[matches, [[[:4, :7], [:5, :8], :4]], len, :6]",
                kv.call("LCS", "{a}1", "{a}2", "idx", "MINMATCHLEN", "4", "WITHMATCHLEN"));
    }

    @Test
    void a_missing_key_is_an_empty_string() {
        assertEquals("", kv.call("LCS", "{a}1", "b"));
        assertEquals(":0", kv.call("LCS", "b", "c", "LEN"));
        assertEquals("[matches, [], len, :0]", kv.call("LCS", "b", "{a}1", "IDX"));
    }

    @Test
    void options_that_make_no_sense_are_refused() {
        assertEquals(
                "-ERR If you want both the length and indexes, please just use IDX.",
                kv.call("LCS", "{a}1", "{a}2", "LEN", "IDX"));
        assertEquals("-ERR syntax error", kv.call("LCS", "{a}1", "{a}2", "MINMATCHLEN"));
        assertEquals("-ERR syntax error", kv.call("LCS", "{a}1", "{a}2", "WHAT"));
        assertEquals(
                "-ERR value is not an integer or out of range",
                kv.call("LCS", "{a}1", "{a}2", "MINMATCHLEN", "x"));
    }

    @Test
    void a_table_that_is_too_large_is_refused() {
        kv.call("MSET", "{a}1", "x".repeat(20_000), "{a}2", "y".repeat(20_000));
        assertEquals(
                "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
                kv.call("LCS", "{a}1", "{a}2"));
    }
}
