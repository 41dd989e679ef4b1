package dev.millrace.kv.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SortingTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void numbers_and_words_are_sorted() {
        kv.call("SADD", "s", "10", "9", "-1", "2.5");
        assertEquals("[-1, 2.5, 9, 10]", kv.call("SORT", "s"));
        assertEquals("[10, 9, 2.5, -1]", kv.call("SORT", "s", "DESC"));
        assertEquals("[-1, 10, 2.5, 9]", kv.call("SORT_RO", "s", "ALPHA"));
        assertEquals("[9, 10]", kv.call("SORT", "s", "LIMIT", "2", "7"));
        kv.call("SADD", "s", "x");
        assertEquals(
                "-ERR One or more scores can't be converted into double", kv.call("SORT", "s"));
    }

    @Test
    void a_number_ends_at_a_zero_byte_as_in_c() {
        kv.call("SADD", "s", "3", "2\0x", "\0y");
        assertEquals("[\0y, 2\0x, 3]", kv.call("SORT", "s"));
    }

    @Test
    void what_cannot_be_read_is_refused() {
        assertEquals("-ERR syntax error", kv.call("SORT", "s", "LIMIT", "717"));
        assertEquals("-ERR syntax error", kv.call("SORT_RO", "s", "STORE", "l"));
        kv.call("SADD", "s", "x");
        assertEquals(
                "-ERR One or more scores can't be converted into double",
                kv.call("SORT", "s", "STORE", "l"));
    }

    @Test
    void elements_are_sorted_by_other_keys_and_replaced_by_them() {
        kv.call("SADD", "s", "1", "2", "3");
        kv.call("MSET", "w1", "30", "w2", "20", "w3", "10");
        kv.call("HSET", "h1", "name", "one");
        assertEquals("[3, 2, 1]", kv.call("SORT", "s", "BY", "w*"));
        assertEquals(
                "[3, nil, 2, nil, 1, one]",
                kv.call("SORT", "s", "BY", "w*", "GET", "#", "GET", "h*->name"));
    }

    @Test
    void what_is_sorted_is_stored_as_a_list() {
        kv.call("SADD", "s", "3", "1", "2");
        kv.call("SET", "l", "a string");
        assertEquals(":3", kv.call("SORT", "s", "STORE", "l"));
        assertEquals("list", kv.call("TYPE", "l"));
        assertEquals("[1, 2, 3]", kv.call("SORT", "l", "BY", "nosort"));
        assertEquals(":0", kv.call("SORT", "missing", "STORE", "l"));
        assertEquals(":0", kv.call("EXISTS", "l"));
    }
}
