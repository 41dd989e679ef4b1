package dev.millrace.kv.string;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class CountersTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String NOT_AN_INTEGER = "-ERR value is not an integer or out of range";
    private static final String OVERFLOW = "-ERR increment or decrement would overflow";
    private static final String NOT_A_FLOAT = "-ERR value is not a valid float";

    @Test
    void counting_starts_at_zero_and_keeps_the_expiry() {
        assertEquals(":1", kv.call("INCR", "a"));
        assertEquals(":11", kv.call("INCRBY", "a", "10"));
        kv.call("EXPIRE", "a", "10");
        assertEquals(":10", kv.call("DECR", "a"));
        assertEquals(":-90", kv.call("DECRBY", "a", "100"));
        assertEquals(":10", kv.call("TTL", "a"));
        assertEquals("-90", kv.call("GET", "a"));
        assertEquals(
                List.of("new a", "incrby a", "incrby a", "expire a", "incrby a", "incrby a"),
                kv.events());
    }

    @Test
    void what_is_no_integer_is_not_counted() {
        for (String value :
                List.of("", "1.0", " 1", "1 ", "01", "+1", "9223372036854775808", "-")) {
            kv.call("SET", "a", value);
            assertEquals(NOT_AN_INTEGER, kv.call("INCR", "a"), value);
            assertEquals(NOT_AN_INTEGER, kv.call("INCRBY", "b", value), value);
        }
        assertEquals(":0", kv.call("EXISTS", "b"));
    }

    @Test
    void nothing_overflows() {
        kv.call("SET", "a", "9223372036854775807");
        assertEquals(OVERFLOW, kv.call("INCR", "a"));
        assertEquals(OVERFLOW, kv.call("DECRBY", "a", "-1"));
        kv.call("SET", "a", "-9223372036854775808");
        assertEquals(OVERFLOW, kv.call("DECR", "a"));
        assertEquals(
                "-ERR decrement would overflow", kv.call("DECRBY", "a", "-9223372036854775808"));
        assertEquals("-9223372036854775808", kv.call("GET", "a"));
    }

    @Test
    void floats_are_counted_in_decimal() {
        kv.call("SET", "a", "10.50");
        assertEquals("10.6", kv.call("INCRBYFLOAT", "a", "0.1"));
        assertEquals("5.6", kv.call("INCRBYFLOAT", "a", "-5"));
        kv.call("SET", "a", "5.0e3");
        assertEquals("5200", kv.call("INCRBYFLOAT", "a", "2.0e2"));
        assertEquals("3001", kv.call("INCRBYFLOAT", "b", "3001"));
        assertEquals("3001.00000000001", kv.call("INCRBYFLOAT", "b", "1e-11"));
    }

    @Test
    void incrbyfloat_keeps_the_expiry_and_is_told_of() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.events();
        assertEquals("1.5", kv.call("INCRBYFLOAT", "a", "0.5"));
        assertEquals(":10", kv.call("TTL", "a"));
        assertEquals(List.of("incrbyfloat a"), kv.events());
    }

    @Test
    void what_is_no_float_is_refused_and_so_is_infinity() {
        kv.call("SET", "a", "1");
        assertEquals(NOT_A_FLOAT, kv.call("INCRBYFLOAT", "a", "one"));
        assertEquals(NOT_A_FLOAT, kv.call("INCRBYFLOAT", "a", "nan"));
        assertEquals(NOT_A_FLOAT, kv.call("INCRBYFLOAT", "a", " 1"));
        assertEquals(NOT_A_FLOAT, kv.call("INCRBYFLOAT", "a", "1\0"));
        assertEquals(
                "-ERR increment would produce NaN or Infinity",
                kv.call("INCRBYFLOAT", "a", "-inf"));
        kv.call("SET", "b", "");
        assertEquals(NOT_A_FLOAT, kv.call("INCRBYFLOAT", "b", "1"));
        assertEquals("1", kv.call("GET", "a"));
    }

    @Test
    void the_longest_float_can_be_logged() {
        assertEquals(4933, kv.call("INCRBYFLOAT", "a", "1.1e4932").length());
    }
}
