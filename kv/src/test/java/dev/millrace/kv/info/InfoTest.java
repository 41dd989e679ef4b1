package dev.millrace.kv.info;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

class InfoTest {
    private final KvLanes kv = KvLanes.open(2);
    private final LaneClient client = kv.client(0);

    @AfterEach
    void close() {
        kv.close();
    }

    private static List<String> titles(String info) {
        return info.lines().filter(line -> line.startsWith("# ")).toList();
    }

    @Test
    void sections_come_in_their_order_as_they_are_asked_for() {
        List<String> usual = titles(client.call("INFO"));
        assertEquals("# Server", usual.getFirst());
        assertEquals("# Keyspace", usual.getLast());
        assertFalse(usual.contains("# Commandstats"));
        assertEquals(usual, titles(client.call("INFO default")));
        assertTrue(titles(client.call("INFO everything")).contains("# Commandstats"));
        assertEquals(
                List.of("# CPU", "# Keyspace"), titles(client.call("INFO keyspace nosuch CPU")));
        assertEquals("", client.call("INFO nosuch"));
    }

    @Test
    void the_lanes_counters_are_added_up() {
        client.calls("SET a 1", "GET a", "GET b", "GET", "INCR a b", "SETEX t 100 v");
        kv.client(1).calls("GET a", "LPUSHX a", "SUBSCRIBE x");
        kv.client(1).calls("SET s x", "INCR s");
        String stats = client.call("INFO commandstats");
        assertTrue(stats.contains("cmdstat_get:calls=3,usec="), stats);
        assertTrue(stats.contains(",rejected_calls=1,failed_calls=0"), stats);
        assertTrue(
                stats.lines()
                        .anyMatch(
                                line ->
                                        line.startsWith("cmdstat_incr:calls=1,")
                                                && line.endsWith(
                                                        ",rejected_calls=1,failed_calls=1")),
                stats);
        String errors = client.call("INFO errorstats");
        assertTrue(errors.contains("errorstat_ERR:count=4"), errors);
        String totals = client.call("INFO stats");
        assertTrue(totals.contains("keyspace_hits:2\r\nkeyspace_misses:1"), totals);
        assertTrue(totals.contains("pubsub_channels:1"), totals);
        assertTrue(totals.contains("total_connections_received:3"), totals);
        assertTrue(client.call("INFO keyspace").contains("db0:keys=3,expires=1,avg_ttl=0"));
        String latencies = client.call("INFO latencystats");
        assertTrue(latencies.contains("latency_percentiles_usec_get:p50="), latencies);
        assertEquals("OK", client.call("CONFIG RESETSTAT"));
        kv.settle();
        assertTrue(client.call("INFO stats").contains("keyspace_hits:0"));
    }

    @Test
    void people_read_bytes_in_larger_units() {
        assertEquals("0B", Lines.human(0));
        assertEquals("1023B", Lines.human(1023));
        assertEquals("1.00K", Lines.human(1024));
        assertEquals("1.50M", Lines.human(3 << 19));
        assertEquals("2.00G", Lines.human(2L << 30));
    }
}
