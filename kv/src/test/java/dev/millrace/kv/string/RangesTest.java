package dev.millrace.kv.string;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

class RangesTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static final String TOO_LONG =
            "-ERR string exceeds maximum allowed size (proto-max-bulk-len)";

    @Test
    void append_makes_or_extends() {
        assertEquals(":3", kv.call("APPEND", "a", "abc"));
        assertEquals(":5", kv.call("APPEND", "a", "de"));
        assertEquals(":5", kv.call("APPEND", "a", ""));
        assertEquals("abcde", kv.call("GET", "a"));
        assertEquals(List.of("new a", "append a", "append a", "append a"), kv.events());
        assertEquals(":0", kv.call("APPEND", "b", ""));
        assertEquals(":1", kv.call("EXISTS", "b"));
    }

    @Test
    void append_leaves_the_expiry() {
        kv.call("SET", "a", "1", "EX", "10");
        kv.call("APPEND", "a", "x".repeat(1000));
        assertEquals(":10", kv.call("TTL", "a"));
        assertEquals(":1001", kv.call("STRLEN", "a"));
    }

    @Test
    void what_is_appended_piece_by_piece_is_all_there() {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            kv.call("APPEND", "a", "piece " + i);
            expected.append("piece ").append(i);
        }
        assertEquals(expected.toString(), kv.call("GET", "a"));
    }

    @Test
    void a_string_may_cross_the_length_that_fits_its_header() {
        kv.call("SET", "a", "x".repeat((1 << 19) - 2), "EX", "10");
        kv.call("APPEND", "a", "yz");
        assertEquals(":" + (1 << 19), kv.call("STRLEN", "a"));
        assertEquals("xyz", kv.call("GETRANGE", "a", "-3", "-1"));
        assertEquals(":10", kv.call("TTL", "a"));
    }

    @Test
    void getrange_counts_from_either_end() {
        kv.call("SET", "a", "This is a string");
        assertEquals("This", kv.call("GETRANGE", "a", "0", "3"));
        assertEquals("ing", kv.call("GETRANGE", "a", "-3", "-1"));
        assertEquals("This is a string", kv.call("SUBSTR", "a", "0", "-1"));
        assertEquals("string", kv.call("GETRANGE", "a", "10", "100"));
        assertEquals("T", kv.call("GETRANGE", "a", "-100", "-100"));
        assertEquals("", kv.call("GETRANGE", "a", "5", "3"));
        assertEquals("", kv.call("GETRANGE", "a", "-3", "-5"));
        assertEquals("", kv.call("GETRANGE", "b", "0", "-1"));
        assertEquals("", kv.call("GETRANGE", "a", "9223372036854775807", "9223372036854775807"));
        assertEquals(
                "-ERR value is not an integer or out of range",
                kv.call("GETRANGE", "a", "0", "end"));
    }

    @Test
    void setrange_overwrites_and_fills_with_zeros() {
        assertEquals(":5", kv.call("SETRANGE", "a", "2", "xyz"));
        assertEquals("\0\0xyz", kv.call("GET", "a"));
        assertEquals(":5", kv.call("SETRANGE", "a", "0", "AB"));
        assertEquals("ABxyz", kv.call("GET", "a"));
        assertEquals(":8", kv.call("SETRANGE", "a", "7", "!"));
        assertEquals("ABxyz\0\0!", kv.call("GET", "a"));
        assertEquals(List.of("new a", "setrange a", "setrange a", "setrange a"), kv.events());
    }

    @Test
    void setrange_of_nothing_does_nothing() {
        assertEquals(":0", kv.call("SETRANGE", "a", "100", ""));
        assertEquals(":0", kv.call("EXISTS", "a"));
        kv.call("SET", "a", "abc");
        kv.events();
        assertEquals(":3", kv.call("SETRANGE", "a", "100", ""));
        assertEquals(List.of(), kv.events());
        assertEquals("embstr", kv.call("OBJECT", "ENCODING", "a"));
    }

    @Test
    void a_string_does_not_grow_beyond_the_limit() {
        long before = kv.server().config().protoMaxBulkLen();
        kv.server().config().protoMaxBulkLen(1000);
        try {
            kv.call("SET", "a", "x".repeat(990));
            assertEquals(":1000", kv.call("APPEND", "a", "x".repeat(10)));
            assertEquals(TOO_LONG, kv.call("APPEND", "a", "x"));
            assertEquals(":1000", kv.call("SETRANGE", "b", "999", "x"));
            assertEquals(TOO_LONG, kv.call("SETRANGE", "b", "1000", "x"));
            assertEquals(TOO_LONG, kv.call("SETRANGE", "c", "9223372036854775807", "x"));
            assertEquals("-ERR offset is out of range", kv.call("SETRANGE", "b", "-1", "x"));
            assertEquals(":0", kv.call("EXISTS", "c"));
        } finally {
            kv.server().config().protoMaxBulkLen(before);
        }
    }

    @Test
    void random_ranges_do_what_they_do_to_a_string_builder() {
        Seeds.each(
                100,
                random -> {
                    kv.call("DEL", "a");
                    StringBuilder model = new StringBuilder();
                    for (int i = 0; i < 40; i++) {
                        String piece = ("" + (char) ('a' + i % 26)).repeat(random.nextInt(1, 200));
                        int offset = random.nextInt(model.length() + 50);
                        if (random.nextInt(3) == 0) {
                            kv.call("APPEND", "a", piece);
                            model.append(piece);
                        } else {
                            kv.call("SETRANGE", "a", "" + offset, piece);
                            model.setLength(Math.max(model.length(), offset + piece.length()));
                            model.replace(offset, offset + piece.length(), piece);
                        }
                        if (random.nextInt(10) == 0) {
                            kv.call("EXPIRE", "a", "100");
                        } else if (random.nextInt(10) == 0) {
                            kv.call("PERSIST", "a");
                        }
                        assertEquals(model.toString(), kv.call("GET", "a"));
                    }
                });
    }
}
