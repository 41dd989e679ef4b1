package dev.millrace.kv.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class ClientMemoryTest {
    private static final int LIMIT_BYTES = 1 << 20;

    private final KvLanes kv = KvLanes.open(2);
    private final LaneClient small = kv.client(0);
    private final LaneClient large = kv.client(1);

    @AfterEach
    void close() {
        kv.close();
    }

    private void sendHalf(LaneClient client) {
        String half = "*2\r\n$3\r\nGET\r\n$9999999\r\n" + "x".repeat(2 * LIMIT_BYTES);
        client.sendBytes(half.getBytes(StandardCharsets.US_ASCII));
        kv.settle();
    }

    @Test
    void who_takes_most_is_dropped_when_all_take_too_much() {
        assertEquals("OK", small.call("CONFIG SET maxmemory-clients " + LIMIT_BYTES));
        sendHalf(large);
        assertTrue(large.isClosed());
        assertFalse(small.isClosed());
        assertTrue(small.call("INFO stats").contains("evicted_clients:1"));
    }

    @Test
    void who_took_too_much_before_there_was_a_limit_is_dropped_when_it_is_set() {
        sendHalf(large);
        small.call("CONFIG SET maxmemory-clients " + LIMIT_BYTES);
        kv.settle();
        assertTrue(large.isClosed());
        assertFalse(small.isClosed());
    }

    @Test
    void who_is_not_to_be_dropped_is_not() {
        large.call("CLIENT NO-EVICT ON");
        small.call("CONFIG SET maxmemory-clients " + LIMIT_BYTES);
        sendHalf(large);
        assertFalse(large.isClosed());
    }

    @Test
    void the_limit_may_be_a_part_of_the_memory() {
        small.call("CONFIG SET maxmemory " + 100 * LIMIT_BYTES + " maxmemory-clients 1%");
        sendHalf(large);
        assertTrue(large.isClosed());
        assertEquals("[maxmemory-clients, 1%]", small.call("CONFIG GET maxmemory-clients"));
    }
}
