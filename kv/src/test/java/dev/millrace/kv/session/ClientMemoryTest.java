package dev.millrace.kv.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

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
    void clients_are_dropped_until_the_rest_is_below_the_limit_and_no_further() {
        small.call("CLIENT NO-EVICT ON");
        small.call("CLIENT SETNAME small");
        large.leave();
        LaneClient[] clients = new LaneClient[10];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = kv.client(i % 2);
            clients[i].call("CLIENT SETNAME large" + i);
            sendHalf(clients[i]);
        }
        long limit = clients.length / 2 * field("large9", "tot-mem") + field("small", "tot-mem");
        assertEquals("OK", small.call("CONFIG SET maxmemory-clients " + limit));
        kv.settle();
        assertEquals(5, Stream.of(clients).filter(client -> !client.isClosed()).count());
        small.stall();
        small.send("PING");
        kv.settle();
        assertEquals(5, Stream.of(clients).filter(client -> !client.isClosed()).count());
    }

    private long field(String name, String field) {
        String list = small.call("CLIENT LIST");
        String line =
                list.lines().filter(l -> l.contains(" name=" + name + " ")).findFirst().orElse("");
        return Long.parseLong(line.replaceAll(".* " + field + "=([0-9]+).*", "$1"));
    }

    @Test
    void what_has_come_of_an_argument_is_told_apart_from_the_arguments_before_it() {
        large.call("CLIENT SETNAME large");
        large.sendBytes(
                "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nva".getBytes(StandardCharsets.US_ASCII));
        kv.settle();
        assertEquals(2, field("large", "qbuf"));
        assertEquals("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\n".length(), field("large", "argv-mem"));
    }

    @Test
    void what_clients_have_not_read_counts_against_the_memory_and_keys_go_for_it()
            throws InterruptedException {
        small.call("SET k " + "x".repeat(50_000));
        small.call("CONFIG SET maxmemory-policy allkeys-lru");
        long before = used();
        small.call("CONFIG SET maxmemory " + (before + 100_000));
        large.stall();
        large.send("GET k", "GET k", "GET k");
        kv.settle();
        assertEquals(":1", small.call("EXISTS k"), "what is on its way counts");
        assertTrue(isGoneSoon("k"));
        assertTrue(small.call("INFO stats").contains("evicted_keys:1"));
        assertTrue(used() > before + 50_000, "what is used has what is not read");
        large.leave();
        kv.settle();
        assertEquals("OK", small.call("SET k 1"));
        assertEquals("1", small.call("GET k"));
    }

    private boolean isGoneSoon(String key) throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            if (small.call("EXISTS " + key).equals(":0")) {
                return true;
            }
            Thread.sleep(5);
        }
        return false;
    }

    private long used() {
        return Long.parseLong(
                small.call("INFO memory").replaceAll("(?s).*used_memory:([0-9]+).*", "$1"));
    }

    @Test
    void the_limit_may_be_a_part_of_the_memory() {
        small.call("CONFIG SET maxmemory " + 100 * LIMIT_BYTES + " maxmemory-clients 1%");
        sendHalf(large);
        assertTrue(large.isClosed());
        assertEquals("[maxmemory-clients, 1%]", small.call("CONFIG GET maxmemory-clients"));
    }
}
