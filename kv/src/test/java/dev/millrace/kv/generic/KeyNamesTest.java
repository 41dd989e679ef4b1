package dev.millrace.kv.generic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;
import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

class KeyNamesTest {
    @RegisterExtension static final Kv kv = Kv.open();

    private static List<String> keys(String pattern) {
        return list(kv.call("KEYS", pattern)).stream().sorted().toList();
    }

    private static List<String> list(String reply) {
        String inner = reply.substring(1, reply.length() - 1);
        return inner.isEmpty() ? List.of() : List.of(inner.split(", "));
    }

    private static void add(int from, int to) {
        for (int i = from; i < to; i++) {
            kv.call("SET", "key:" + i, "v");
        }
    }

    @Test
    void keys_are_those_that_match() {
        kv.call("MSET", "one", "1", "two", "2", "three", "3", "{x}four", "4");
        assertEquals(List.of("three", "two"), keys("t*"));
        assertEquals(List.of("one", "two"), keys("???"));
        assertEquals(List.of("{x}four"), keys("{x}*"));
        assertEquals(List.of("one", "three", "two", "{x}four"), keys("*"));
        assertEquals(List.of(), keys(""));
    }

    @Test
    void the_empty_key_is_found_by_a_star_alone() {
        kv.call("SET", "", "1");
        assertEquals("[]", kv.call("KEYS", "**"));
        assertEquals("[]", kv.call("KEYS", "?"));
        assertEquals("*1\r\n$0\r\n\r\n", kv.first().raw("KEYS", "*"));
    }

    @Test
    void expired_keys_are_not_told_of() {
        kv.call("SET", "a", "1", "PX", "5");
        kv.advance(5);
        assertEquals("[]", kv.call("KEYS", "*"));
        assertEquals("[0, []]", kv.call("SCAN", "0", "COUNT", "1000"));
        assertEquals("nil", kv.call("RANDOMKEY"));
        kv.call("SET", "b", "1");
        assertEquals("b", kv.call("RANDOMKEY"));
    }

    private interface Between {
        void run(int step);
    }

    /** What a whole scan tells of, with repetitions. */
    private static List<String> scan(Between between, String... options) {
        List<String> found = new ArrayList<>();
        String cursor = "0";
        int step = 0;
        do {
            List<String> command = new ArrayList<>(List.of("SCAN", cursor));
            command.addAll(List.of(options));
            String reply = kv.call(command.toArray(String[]::new));
            int comma = reply.indexOf(", ");
            cursor = reply.substring(1, comma);
            found.addAll(list(reply.substring(comma + 2, reply.length() - 1)));
            between.run(step++);
        } while (!cursor.equals("0"));
        return found;
    }

    @Test
    void a_scan_tells_of_each_key_once_if_nothing_changes() {
        add(0, 2000);
        List<String> found = scan(step -> {}, "COUNT", "7");
        assertEquals(2000, found.size());
        assertEquals(Set.copyOf(keys("*")), Set.copyOf(found));
    }

    @Test
    void a_scan_misses_no_key_that_was_there_all_along() {
        Seeds.each(
                5,
                random -> {
                    kv.reset();
                    add(0, 300);
                    int[] next = {300};
                    Set<String> found =
                            new HashSet<>(
                                    scan(
                                            step -> {
                                                // Keys from 200 on come and go while it runs.
                                                add(next[0], next[0] + 200);
                                                next[0] += 200;
                                                for (int i = 0; i < 50; i++) {
                                                    int gone = random.nextInt(200, next[0]);
                                                    kv.call("DEL", "key:" + gone);
                                                }
                                            },
                                            "COUNT",
                                            "" + random.nextInt(20, 100)));
                    for (int i = 0; i < 200; i++) {
                        assertTrue(found.contains("key:" + i), "missed: key:" + i);
                    }
                });
    }

    @Test
    void a_scan_filters_by_pattern_and_type() {
        add(0, 100);
        assertEquals(11, scan(step -> {}, "MATCH", "key:1*").size());
        assertEquals(100, scan(step -> {}, "TYPE", "STRING", "MATCH", "*").size());
        assertEquals(0, scan(step -> {}, "TYPE", "list").size());
        assertEquals(0, scan(step -> {}, "TYPE", "thing").size());
    }

    @Test
    void a_scan_refuses_what_it_does_not_know() {
        assertEquals("-ERR invalid cursor", kv.call("SCAN", "x"));
        assertEquals("-ERR invalid cursor", kv.call("SCAN", " 1"));
        assertEquals("-ERR invalid cursor", kv.call("SCAN", "18446744073709551616"));
        assertEquals("-ERR syntax error", kv.call("SCAN", "0", "COUNT", "0"));
        assertEquals("-ERR syntax error", kv.call("SCAN", "0", "COUNT"));
        assertEquals("-ERR syntax error", kv.call("SCAN", "0", "WHAT", "1"));
        assertEquals(
                "-ERR value is not an integer or out of range", kv.call("SCAN", "0", "COUNT", "x"));
    }

    @Test
    void any_number_is_a_cursor() {
        add(0, 10);
        for (String cursor :
                List.of("18446744073709551615", "-1", "9223372036854775807", "12345")) {
            assertTrue(kv.call("SCAN", cursor).startsWith("["), cursor);
        }
        assertTrue(kv.call("SCAN", "", "COUNT", "1000").startsWith("[0, [key:"), "none is 0");
    }

    @Test
    void randomkey_is_fair_enough() {
        assertEquals("nil", kv.call("RANDOMKEY"));
        add(0, 20);
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < 4000; i++) {
            seen.merge(kv.call("RANDOMKEY"), 1, Integer::sum);
        }
        assertEquals(20, seen.size());
        seen.forEach((key, times) -> assertTrue(times > 40, key + ": " + times));
    }
}
