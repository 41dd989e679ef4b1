package dev.millrace.kv.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

class ClientsTest {
    private final KvLanes kv = KvLanes.open(2);

    @AfterEach
    void close() {
        kv.close();
    }

    @Test
    void a_list_has_a_line_for_each_client_of_every_lane() {
        LaneClient one = kv.client(0);
        LaneClient other = kv.client(1);
        other.calls("CLIENT SETNAME bob", "SELECT 3", "MULTI", "SET a b");
        String list = one.call("CLIENT LIST");
        assertEquals(2, list.lines().count());
        String line = one.call("CLIENT LIST ID " + other.session().id());
        assertTrue(line.contains(" name=bob "), line);
        assertTrue(line.contains(" flags=x "), line);
        assertTrue(line.contains(" db=3 "), line);
        assertTrue(line.contains(" multi=1 "), line);
        assertTrue(line.contains(" cmd=set ") || line.contains(" cmd=multi "), line);
        assertTrue(one.call("CLIENT INFO").contains("cmd=client|info"));
    }

    @Test
    void a_list_may_be_of_one_type() {
        LaneClient one = kv.client(0);
        LaneClient subscriber = kv.client(1);
        subscriber.call("SUBSCRIBE a");
        String list = one.call("CLIENT LIST TYPE pubsub");
        assertEquals(1, list.lines().count());
        assertTrue(list.contains(" sub=1 psub=0 ssub=0 "), list);
        assertEquals("", one.call("CLIENT LIST TYPE replica"));
        assertEquals("-ERR Unknown client type 'foo'", one.call("CLIENT LIST TYPE foo"));
    }

    @Test
    void a_client_of_another_lane_can_be_killed_and_is_gone_at_once() {
        LaneClient one = kv.client(0);
        LaneClient other = kv.client(1);
        assertEquals(":1", one.call("CLIENT KILL ID " + other.session().id()));
        assertEquals(1, one.call("CLIENT LIST").lines().count());
        assertTrue(other.isClosedSoon());
    }

    @Test
    void who_kills_itself_in_the_old_form_is_answered_first() {
        LaneClient one = kv.client(0);
        assertEquals("OK", one.call("CLIENT KILL " + one.peer()));
        assertTrue(one.isClosedSoon());
    }

    @Test
    void the_new_form_spares_the_one_who_asks_unless_told_otherwise() {
        LaneClient one = kv.client(0);
        kv.client(1);
        assertEquals(":1", one.call("CLIENT KILL TYPE normal"));
        assertEquals(":1", one.call("CLIENT KILL TYPE normal SKIPME no"));
        assertTrue(one.isClosedSoon());
    }

    @Test
    void replies_can_be_switched_off_and_skipped_once() {
        LaneClient client = kv.client(0);
        client.send("CLIENT REPLY SKIP", "PING a", "PING b");
        assertEquals("b", client.next());
        client.send("CLIENT REPLY OFF", "PING a", "CLIENT REPLY SKIP", "PING b", "CLIENT REPLY ON");
        assertEquals("OK", client.next());
        client.send("CLIENT REPLY SKIP", "CLIENT REPLY SKIP", "PING a", "PING b");
        assertEquals("b", client.next());
        assertFalse(client.hasMore());
    }

    @Test
    void a_pause_of_writes_lets_reads_go_on() {
        LaneClient one = kv.client(0);
        LaneClient writer = kv.client(1);
        LaneClient publisher = kv.client(1);
        assertEquals("OK", one.call("CLIENT PAUSE 100000 WRITE"));
        writer.send("SET a 1", "GET a");
        publisher.send("PUBLISH a 1");
        kv.settle();
        assertEquals("nil", one.call("GET a"));
        assertFalse(writer.hasMore());
        assertTrue(one.call("INFO clients").contains("blocked_clients:2"));
        assertEquals("OK", one.call("CLIENT UNPAUSE"));
        assertEquals("OK", writer.next());
        assertEquals("1", writer.next());
        assertEquals(":0", publisher.next());
    }

    @Test
    void a_pause_of_all_ends_by_itself() {
        LaneClient one = kv.client(0);
        LaneClient other = kv.client(1);
        long before = System.nanoTime();
        assertEquals("OK", one.call("CLIENT PAUSE 100"));
        assertEquals("PONG", other.call("PING"));
        assertTrue(System.nanoTime() - before >= 90_000_000);
        assertEquals("PONG", one.call("PING"));
    }

    @Test
    void a_transaction_that_only_reads_passes_a_pause_of_writes() {
        LaneClient one = kv.client(0);
        LaneClient reader = kv.client(1);
        LaneClient writer = kv.client(1);
        writer.calls("MULTI", "SET a 1");
        one.call("CLIENT PAUSE 100000 WRITE");
        assertEquals(List.of("OK", "QUEUED", "[nil]"), reader.calls("MULTI", "GET a", "EXEC"));
        writer.send("EXEC");
        kv.settle();
        assertFalse(writer.hasMore());
        one.call("CLIENT UNPAUSE");
        assertEquals("[OK]", writer.next());
    }

    @Test
    void who_waits_can_be_unblocked() {
        LaneClient one = kv.client(0);
        LaneClient waiting = kv.client(1);
        waiting.send("WAIT 1 0");
        long id = waiting.session().id();
        assertEquals(":1", one.call("CLIENT UNBLOCK " + id + " ERROR"));
        assertEquals("-UNBLOCKED client unblocked via CLIENT UNBLOCK", waiting.next());
        waiting.send("WAIT 1 0", "PING");
        assertEquals(":1", one.call("CLIENT UNBLOCK " + id));
        assertEquals(":0", waiting.next());
        assertEquals("PONG", waiting.next());
        assertEquals(":0", one.call("CLIENT UNBLOCK " + id));
    }

    @Test
    void a_reset_takes_everything_back() {
        LaneClient client = kv.client(0);
        client.calls("HELLO 3", "CLIENT SETNAME x", "SELECT 2", "WATCH a", "SUBSCRIBE c", "MULTI");
        assertEquals("RESET", client.call("RESET"));
        assertEquals("nil", client.call("CLIENT GETNAME"));
        String line = client.call("CLIENT INFO");
        assertTrue(line.contains(" db=0 sub=0 psub=0 ssub=0 multi=-1 "), line);
        assertTrue(line.contains(" resp=2"), line);
        assertEquals("-ERR EXEC without MULTI", client.call("EXEC"));
    }

    @Test
    void the_options_of_tracking_are_checked_before_it_begins() {
        LaneClient client = kv.client(0);
        String tracking = "CLIENT TRACKING ON ";
        long id = client.session().id();
        assertEquals("-ERR syntax error", client.call(tracking + "OTHER"));
        assertEquals("-ERR syntax error", client.call(tracking + "PREFIX"));
        assertEquals(
                "-ERR value is not an integer or out of range",
                client.call(tracking + "REDIRECT x"));
        assertEquals(
                "-ERR The client ID you want redirect to does not exist",
                client.call(tracking + "REDIRECT 1000000"));
        assertEquals(
                "-ERR A client can only redirect to a single other client",
                client.call(tracking + "REDIRECT " + id + " REDIRECT " + id));
        assertEquals("OK", client.call(tracking + "BCAST PREFIX a NOLOOP REDIRECT " + id));
        assertEquals("OK", client.call("CLIENT TRACKING OFF"));
    }
}
