package dev.millrace.kv.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;
import dev.millrace.kv.command.Refusal;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

/** What clients can make the server keep, and where that ends. */
class MemoryLimitsTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final String EMPTY = "$0\r\n\r\n";

    private final KvLanes kv = KvLanes.open(2);

    @AfterEach
    void close() {
        kv.close();
    }

    private static void send(LaneClient client, String text) {
        client.sendBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void a_request_may_have_very_many_arguments() {
        LaneClient client = kv.client(0);
        int count = 300_000;
        send(client, "*" + (count + 1) + "\r\n$6\r\nEXISTS\r\n");
        for (int i = 0; i < 3; i++) {
            send(client, EMPTY.repeat(count / 3));
        }
        assertEquals(":0", client.next());
        assertEquals("PONG", client.call("PING"));
    }

    @Test
    void the_places_of_arguments_count_as_received() {
        kv.server().config().clientQueryBufferLimit(MEBIBYTE);
        LaneClient client = kv.client(0);
        send(client, "*1000000\r\n");
        // 600 KB were received, and where each of 100,000 arguments is takes more than the rest.
        send(client, EMPTY.repeat(50_000));
        send(client, EMPTY.repeat(50_000));
        send(client, EMPTY);
        assertTrue(client.isClosedSoon());
    }

    @Test
    void what_multi_has_queued_counts_as_received() {
        kv.server().config().clientQueryBufferLimit(MEBIBYTE);
        LaneClient client = kv.client(0);
        send(client, "MULTI\r\n");
        for (int i = 0; i < 10; i++) {
            send(client, "*1\r\n$4\r\nPING\r\n".repeat(10_000));
        }
        assertTrue(client.isClosedSoon());
        assertEquals("PONG", kv.client(0).call("PING"));
    }

    @Test
    void a_long_queue_is_executed_in_order() {
        LaneClient client = kv.client(0);
        client.calls("MULTI");
        int count = 5_000;
        send(client, "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n".repeat(count));
        for (int i = 0; i < count; i++) {
            assertEquals("QUEUED", client.next());
        }
        assertTrue(client.call("EXEC").endsWith(":" + count + "]"));
    }

    @Test
    void names_are_counted_in_and_out() {
        LaneClient client = kv.client(0);
        KeptNames kept = kv.server().keptNames();
        client.call("SUBSCRIBE a");
        client.call("SUBSCRIBE a");
        client.call("UNSUBSCRIBE a");
        assertEquals(0, kept.bytes());
        client.call("WATCH k");
        client.call("WATCH k");
        assertEquals(KeptNames.NAME_BYTES + 1, kept.bytes());
        client.call("UNWATCH");
        client.call("CLIENT SETNAME abc");
        client.call("PSUBSCRIBE p*");
        client.call("SSUBSCRIBE s");
        assertEquals(3 + 2 * KeptNames.NAME_BYTES + 3, kept.bytes());
        client.leave();
        kv.settle();
        assertEquals(0, kept.bytes());
    }

    @Test
    void names_beyond_the_limit_are_refused_and_not_counted() {
        KeptNames kept = new KeptNames(1000);
        kept.take(600);
        Refusal refusal = assertThrows(Refusal.class, () -> kept.take(401));
        assertTrue(refusal.text().startsWith("ERR no room for more names: 1001 bytes"));
        kept.take(400);
        assertEquals(1000, kept.bytes());
    }

    @Test
    void a_buffer_of_a_clients_own_is_kept_until_less_is_sent() {
        LaneClient client = kv.client(0);
        String value = "v".repeat(100_000);
        send(client, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\n");
        send(client, value + "\r\n");
        assertEquals("OK", client.next());
        assertTrue(client.session().pendingRoomBytes() >= value.length());
        kv.tick();
        client.call("PING");
        kv.tick();
        assertEquals(0, client.session().pendingRoomBytes());
    }

    @Test
    void a_buffer_does_not_outgrow_the_argument_that_it_is_for() {
        LaneClient client = kv.client(0);
        String head = "*2\r\n$4\r\nECHO\r\n$1000000\r\n";
        String part = "v".repeat(62_500);
        send(client, head);
        for (int i = 0; i < 16; i++) {
            send(client, part);
        }
        kv.settle();
        long whole = head.length() + 1_000_002L;
        long taken = client.session().pendingBytes() + client.session().pendingRoomBytes();
        assertTrue(taken >= whole && taken <= whole + 4096, "taken: " + taken);
        send(client, "\r\n");
        assertEquals(1_000_000, client.next().length());
    }

    @Test
    void what_is_only_announced_takes_nothing() {
        LaneClient client = kv.client(0);
        send(client, "*2\r\n$4\r\nECHO\r\n$500000000\r\n");
        send(client, "v".repeat(10_000));
        kv.settle();
        assertTrue(client.session().pendingRoomBytes() < 100_000);
    }

    @Test
    void changes_are_counted_exactly_whatever_lane_made_them() {
        LaneClient one = kv.client(0);
        LaneClient other = kv.client(1);
        one.calls("MSET a 1 b 2 c 3", "SET d 1", "DEL a nothing", "GET b", "RENAME b e");
        assertEquals(6, kv.server().changes());
        other.calls("BITFIELD f SET u8 0 0", "BITFIELD f SET u8 0 0", "SETBIT f 7 1", "FLUSHALL");
        assertEquals(6 + 2 + 4, kv.server().changes());
    }

    @Test
    void a_subscriber_counts_until_its_own_lane_has_learnt_that_it_is_gone() {
        LaneClient subscriber = kv.client(1);
        subscriber.call("SUBSCRIBE a");
        LaneClient publisher = kv.client(0);
        assertEquals(":1", publisher.call("PUBLISH a x"));
        subscriber.leave();
        kv.settle();
        assertEquals(":0", publisher.call("PUBLISH a x"));
    }
}
