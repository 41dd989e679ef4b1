package dev.millrace.kv.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitorsTest {
    private final KvLanes kv = KvLanes.open(2);

    @AfterEach
    void close() {
        kv.close();
    }

    private static String withoutTime(String line) {
        assertTrue(line.matches("(?s)[0-9]+\\.[0-9]{6} .*"), line);
        return line.substring(line.indexOf(' ') + 1);
    }

    @Test
    void several_monitors_see_the_commands_of_all_lanes() {
        LaneClient one = kv.client(0);
        LaneClient other = kv.client(1);
        assertEquals("OK", one.call("MONITOR"));
        assertEquals("OK", other.call("MONITOR"));
        LaneClient client = kv.client(1);
        client.calls("SELECT 2", "SET a \"x\\y\u0001\n", "GET a b", "CONFIG GET timeout");
        String from = "[0 " + client.peer() + "] ";
        assertEquals(from + "\"SELECT\" \"2\"", withoutTime(one.next()));
        String set = "[2 " + client.peer() + "] \"SET\" \"a\" \"\\\"x\\\\y\\x01\\n\"";
        assertEquals(set, withoutTime(one.next()));
        other.next();
        assertEquals(set, withoutTime(other.next()));
        kv.settle();
        assertFalse(one.hasMore(), "neither refused commands nor administration are shown");
    }

    @Test
    void a_transaction_is_shown_when_it_runs() {
        LaneClient monitor = kv.client(0);
        monitor.call("MONITOR");
        LaneClient client = kv.client(0);
        client.calls("MULTI", "SET a 1", "EXEC");
        assertTrue(monitor.next().endsWith("\"MULTI\""));
        assertTrue(monitor.next().endsWith("\"SET\" \"a\" \"1\""));
        assertTrue(monitor.next().endsWith("\"EXEC\""));
    }

    @Test
    void passwords_are_not_shown() {
        LaneClient monitor = kv.client(0);
        monitor.call("MONITOR");
        kv.client(0).calls("AUTH default secret", "HELLO 2 AUTH default secret");
        assertTrue(monitor.next().endsWith("\"AUTH\" \"(redacted)\" \"(redacted)\""));
        assertTrue(monitor.next().endsWith("\"2\" \"AUTH\" \"(redacted)\" \"(redacted)\""));
    }

    @Test
    void a_reset_ends_it() {
        LaneClient monitor = kv.client(0);
        monitor.call("MONITOR");
        assertTrue(kv.client(1).call("CLIENT LIST").contains(" flags=O "));
        assertEquals("RESET", monitor.call("RESET"));
        kv.client(1).call("PING");
        kv.settle();
        assertEquals("PONG", monitor.call("PING"));
    }

    @Test
    void nobody_becomes_a_monitor_inside_a_transaction() {
        LaneClient client = kv.client(0);
        client.calls("MULTI", "MONITOR");
        assertEquals("[-ERR MONITOR isn't allowed for DENY BLOCKING client]", client.call("EXEC"));
        kv.client(1).call("SET a 1");
        kv.settle();
        assertEquals("PONG", client.call("PING"));
    }

    @Test
    void a_monitor_may_not_touch_keys_until_it_is_reset() {
        LaneClient monitor = kv.client(0);
        monitor.call("MONITOR");
        String refused = "-ERR Replica can't interact with the keyspace";
        assertEquals(refused, monitor.call("SET a 1"));
        assertEquals(refused, monitor.call("GET a"));
        assertEquals(refused, monitor.call("PUBLISH a 1"));
        monitor.call("RESET");
        assertEquals("OK", monitor.call("SET a 1"));
    }
}
