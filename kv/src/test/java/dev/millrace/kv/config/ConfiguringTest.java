package dev.millrace.kv.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvClient;
import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.Map;

class ConfiguringTest {
    private final KvLanes kv = KvLanes.open(1);
    private final LaneClient client = kv.client(0);

    @AfterEach
    void close() {
        kv.close();
    }

    private static String failed(String name, String why) {
        return "-ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + why;
    }

    @Test
    void every_parameter_accepts_the_value_it_has() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        Parameters.of(kv.server()).match("*", all);
        assertTrue(all.size() > 150, "parameters: " + all.size());
        all.forEach(
                (name, parameter) -> {
                    String value = parameter.value();
                    try {
                        assertEquals(value, parameter.read(value), name);
                    } catch (BadValue bad) {
                        throw new AssertionError(name + ": " + bad.expected(), bad);
                    }
                });
    }

    @Test
    void what_is_set_is_what_is_read_in_its_one_form() {
        assertEquals("OK", client.call("CONFIG SET maxmemory 10mb hz 20 activedefrag YES"));
        assertEquals("[maxmemory, 10485760]", client.call("CONFIG GET maxmemory"));
        assertEquals("[hz, 20]", client.call("CONFIG GET hz"));
        assertEquals("[activedefrag, yes]", client.call("CONFIG GET activedefrag"));
        client.call("CONFIG SET hash-max-ziplist-entries 7");
        assertEquals(
                "[hash-max-listpack-entries, 7]", client.call("CONFIG GET *h-max-listpack-e*"));
        assertEquals("[TIMEOUT, 0]", client.call("CONFIG GET TIMEOUT timeout nosuch"));
    }

    @Test
    void several_are_set_together_or_not_at_all() {
        assertEquals(
                failed("maxclients", "argument must be between 1 and 4294967295 inclusive"),
                client.call("CONFIG SET timeout 5 maxclients 0"));
        assertEquals(
                "-ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'",
                client.call("CONFIG SET timeout 5 nosuch 1"));
        assertEquals(
                failed("timeout", "duplicate parameter"),
                client.call("CONFIG SET timeout 5 timeout 6"));
        assertEquals(
                failed("databases", "can't set immutable config"),
                client.call("CONFIG SET timeout 5 databases 1"));
        assertEquals("-ERR syntax error", client.call("CONFIG SET timeout 5 hz"));
        assertEquals("[timeout, 0]", client.call("CONFIG GET timeout"));
    }

    @Test
    void wrong_values_are_told_as_redis_tells_them() {
        assertEquals(
                failed("hz", "argument couldn't be parsed into an integer"),
                client.call("CONFIG SET hz x"));
        assertEquals(
                failed("maxmemory", "argument must be a memory value"),
                client.call("CONFIG SET maxmemory 1x"));
        assertEquals(
                failed("activedefrag", "argument must be 'yes' or 'no'"),
                client.call("CONFIG SET activedefrag 1"));
        assertEquals(
                failed(
                        "loglevel",
                        "argument(s) must be one of the following: debug, verbose, notice,"
                                + " warning"),
                client.call("CONFIG SET loglevel loud"));
        assertEquals(
                failed(
                        "notify-keyspace-events",
                        "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."),
                client.call("CONFIG SET notify-keyspace-events q"));
    }

    @Test
    void percentiles_are_kept_as_numbers() throws BadValue {
        Map<String, Parameter> found = new LinkedHashMap<>();
        Parameters.of(kv.server()).match("latency-tracking-info-percentiles", found);
        assertEquals("0 50 99.9", found.values().iterator().next().read("0.0 50.00 99.9"));
    }

    @Test
    void the_reset_of_counters_is_the_first_thing_counted() {
        client.calls("PING", "CONFIG RESETSTAT");
        String histogram = client.call("LATENCY HISTOGRAM");
        assertTrue(histogram.startsWith("[config|resetstat, [calls, :1, "), histogram);
    }

    @Test
    void several_words_come_back_in_one_order() {
        client.sendBytes(KvClient.request("CONFIG", "SET", "shutdown-on-sigint", "force NOSAVE"));
        assertEquals("OK", client.next());
        assertEquals(
                "[shutdown-on-sigint, nosave force]", client.call("CONFIG GET shutdown-on-sigint"));
        client.sendBytes(KvClient.request("CONFIG", "SET", "shutdown-on-sigint", "nosave save"));
        assertEquals(
                failed(
                        "shutdown-on-sigint",
                        "shutdown options SAVE and NOSAVE can't be used simultaneously"),
                client.next());
    }

    @Test
    void bytes_have_units() {
        assertEquals(10, Kind.parseBytes("10"));
        assertEquals(10, Kind.parseBytes("10B"));
        assertEquals(3000, Kind.parseBytes("3k"));
        assertEquals(3072, Kind.parseBytes("3KB"));
        assertEquals(1L << 30, Kind.parseBytes("1gb"));
        assertEquals(-1, Kind.parseBytes("1t"));
        assertEquals(-1, Kind.parseBytes("-1"));
        assertEquals(-1, Kind.parseBytes("9999999999999999999"));
    }

    @Test
    void a_limit_of_one_class_leaves_the_others() {
        client.sendBytes(
                KvClient.request("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 2k 3"));
        assertEquals("OK", client.next());
        assertEquals(
                "[client-output-buffer-limit, normal 0 0 0 slave 268435456 67108864 60 pubsub"
                        + " 1048576 2000 3]",
                client.call("CONFIG GET client-output-buffer-limit"));
    }
}
