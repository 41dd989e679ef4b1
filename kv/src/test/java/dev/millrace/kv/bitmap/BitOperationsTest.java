package dev.millrace.kv.bitmap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;
import java.util.SplittableRandom;

class BitOperationsTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void strings_are_combined_and_the_shorter_counts_as_zeros_behind() {
        kv.call("MSET", "a", "\u00ff\u000f", "b", "\u00f0");
        assertEquals(":2", kv.call("BITOP", "AND", "x", "a", "b"));
        assertEquals("\u00f0\0", kv.call("GET", "x"));
        assertEquals(":2", kv.call("BITOP", "or", "x", "b", "a"));
        assertEquals("\u00ff\u000f", kv.call("GET", "x"));
        assertEquals(":2", kv.call("BITOP", "XOR", "x", "a", "b"));
        assertEquals("\u000f\u000f", kv.call("GET", "x"));
        assertEquals(":2", kv.call("BITOP", "NOT", "x", "a"));
        assertEquals("\0\u00f0", kv.call("GET", "x"));
        assertEquals("raw", kv.call("OBJECT", "ENCODING", "x"));
    }

    @Test
    void the_destination_may_be_a_source_and_loses_its_expiry() {
        kv.call("SET", "a", "abc", "EX", "10");
        assertEquals(":3", kv.call("BITOP", "XOR", "a", "a", "a"));
        assertEquals("\0\0\0", kv.call("GET", "a"));
        assertEquals(":-1", kv.call("TTL", "a"));
    }

    @Test
    void nothing_combined_deletes_the_destination() {
        kv.call("SET", "a", "abc");
        kv.events();
        assertEquals(":0", kv.call("BITOP", "OR", "a", "b", "c"));
        assertEquals(":0", kv.call("EXISTS", "a"));
        assertEquals(":0", kv.call("BITOP", "NOT", "a", "b"));
        assertEquals(
                List.of("keymiss b", "keymiss c", "del a", "keymiss a", "keymiss b"), kv.events());
    }

    @Test
    void expired_sources_are_not_there() {
        kv.call("SET", "a", "abc", "PX", "5");
        kv.call("SET", "b", "x");
        kv.advance(5);
        assertEquals(":1", kv.call("BITOP", "OR", "c", "a", "b"));
        assertEquals("x", kv.call("GET", "c"));
    }

    @Test
    void not_takes_one_source_and_other_words_are_no_operations() {
        assertEquals(
                "-ERR BITOP NOT must be called with a single source key.",
                kv.call("BITOP", "NOT", "x", "a", "b"));
        assertEquals("-ERR syntax error", kv.call("BITOP", "NAND", "x", "a", "b"));
    }

    @Test
    void combinations_are_those_of_byte_by_byte() {
        Seeds.each(
                100,
                random -> {
                    int sources = random.nextInt(1, 5);
                    String[] command = new String[3 + sources];
                    command[0] = "BITOP";
                    command[1] = List.of("AND", "OR", "XOR").get(random.nextInt(3));
                    command[2] = "x";
                    String[] values = new String[sources];
                    int longest = 0;
                    for (int i = 0; i < sources; i++) {
                        values[i] = bytes(random);
                        command[3 + i] = "source" + i;
                        kv.call("SET", command[3 + i], values[i]);
                        longest = Math.max(longest, values[i].length());
                    }
                    StringBuilder expected = new StringBuilder();
                    for (int at = 0; at < longest; at++) {
                        expected.append((char) combine(command[1], values, at));
                    }
                    assertEquals(":" + longest, kv.call(command));
                    String found = kv.call("GET", "x");
                    assertEquals(expected.toString(), longest == 0 ? "" : found);
                });
    }

    private static String bytes(SplittableRandom random) {
        char[] bytes = new char[random.nextInt(60)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (char) random.nextInt(256);
        }
        return new String(bytes);
    }

    private static int combine(String operation, String[] values, int at) {
        int result = at < values[0].length() ? values[0].charAt(at) : 0;
        for (int i = 1; i < values.length; i++) {
            int other = at < values[i].length() ? values[i].charAt(at) : 0;
            result =
                    switch (operation) {
                        case "AND" -> result & other;
                        case "OR" -> result | other;
                        default -> result ^ other;
                    };
        }
        return result;
    }
}
