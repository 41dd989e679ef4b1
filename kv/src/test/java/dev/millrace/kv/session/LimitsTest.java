package dev.millrace.kv.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.guard.OutputLimit;
import dev.millrace.kv.KvClient;
import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

class LimitsTest {
    private static final String TEXT = "x".repeat(100);

    private final KvLanes kv = KvLanes.open(2);

    @AfterEach
    void close() {
        kv.close();
    }

    private void limits(OutputLimit normal, OutputLimit pubsub) {
        kv.server().config().outputLimits(new OutputLimits(normal, OutputLimit.none(), pubsub));
    }

    @Test
    void a_subscriber_that_reads_nothing_is_dropped_at_the_hard_limit() {
        limits(OutputLimit.none(), new OutputLimit(1000, 0, Duration.ZERO));
        LaneClient subscriber = kv.client(1);
        subscriber.call("SUBSCRIBE a");
        subscriber.stall();
        LaneClient publisher = kv.client(0);
        for (int i = 0; i < 20; i++) {
            publisher.call("PUBLISH a " + TEXT);
        }
        assertTrue(subscriber.isClosedSoon());
        kv.settle();
        assertEquals(":0", publisher.call("PUBLISH a x"));
    }

    @Test
    void the_limit_of_one_class_is_not_that_of_the_other() {
        limits(OutputLimit.none(), new OutputLimit(1000, 0, Duration.ZERO));
        LaneClient reader = kv.client(0);
        reader.stall();
        for (int i = 0; i < 20; i++) {
            reader.send("ECHO " + TEXT);
        }
        kv.settle();
        assertFalse(reader.isClosed());
        limits(new OutputLimit(1000, 0, Duration.ZERO), OutputLimit.none());
        reader.send("PING");
        assertTrue(reader.isClosedSoon());
    }

    @Test
    void the_soft_limit_may_be_passed_for_some_time() throws InterruptedException {
        limits(new OutputLimit(0, 1000, Duration.ZERO), OutputLimit.none());
        LaneClient reader = kv.client(0);
        reader.stall();
        for (int i = 0; i < 20; i++) {
            reader.send("ECHO " + TEXT);
        }
        kv.tick();
        assertFalse(reader.isClosed());
        Thread.sleep(1100);
        kv.tick();
        assertTrue(reader.isClosedSoon());
    }

    @Test
    void without_limits_who_reads_nothing_is_dropped_before_there_is_no_room_for_others() {
        LaneClient told = kv.client(1);
        told.call("HELLO 3");
        told.call("CLIENT TRACKING ON BCAST");
        told.room(100_000);
        told.stall();
        LaneClient asking = kv.client(1);
        asking.room(100_000);
        asking.stall();
        LaneClient writer = kv.client(0);
        for (int i = 0; i < 1500; i++) {
            writer.call("SET " + TEXT + i + " 1");
            asking.send("ECHO " + TEXT);
        }
        assertTrue(told.isClosedSoon());
        assertTrue(asking.isClosedSoon());
    }

    @Test
    void who_is_dropped_gets_nothing_of_what_it_asked_for() {
        limits(new OutputLimit(200, 0, Duration.ZERO), OutputLimit.none());
        LaneClient reader = kv.client(0);
        reader.stall();
        reader.send("ECHO " + TEXT, "ECHO " + TEXT, "PING");
        assertTrue(reader.isClosedSoon());
        assertFalse(reader.wasFlushed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HRANDFIELD hash", "SRANDMEMBER set", "ZRANDMEMBER sorted"})
    void who_asks_for_more_than_it_may_leave_unread_is_dropped_in_the_middle(String drawing) {
        LaneClient client = kv.client(0);
        client.calls("HSET hash a b", "SADD set a", "ZADD sorted 1 a");
        assertTrue(client.call(drawing + " -999999999").startsWith("-ERR value is out of range"));
        limits(new OutputLimit(1_000_000, 0, Duration.ZERO), OutputLimit.none());
        LaneClient other = kv.client(0);
        other.call("MULTI");
        other.calls(drawing + " -999999999", "SET done 1");
        other.send("EXEC");
        assertTrue(other.isClosedSoon());
        assertFalse(other.hasMore());
        assertEquals("1", client.call("GET done"));
        client.send(drawing + " -9223372036854775807");
        assertTrue(client.isClosedSoon());
        assertFalse(client.hasMore());
    }

    @Test
    void a_script_may_draw_what_its_client_may_not_leave_unread() {
        limits(new OutputLimit(1000, 0, Duration.ZERO), OutputLimit.none());
        LaneClient client = kv.client(0);
        client.call("SADD set a");
        client.sendBytes(
                KvClient.request("EVAL", "return #redis.call('SRANDMEMBER', 'set', -5000)", "0"));
        assertEquals(":5000", client.next());
    }

    @Test
    void idle_clients_are_dropped_but_not_those_who_listen() throws InterruptedException {
        LaneClient idle = kv.client(1);
        LaneClient listening = kv.client(1);
        listening.call("SUBSCRIBE a");
        kv.client(0).call("CONFIG SET timeout 1");
        Thread.sleep(2100);
        kv.tick();
        assertTrue(idle.isClosedSoon());
        assertFalse(listening.isClosed());
    }

    @Test
    void more_clients_than_maxclients_are_not_admitted() {
        kv.client(0).call("CONFIG SET maxclients 2");
        assertTrue(kv.server().admitsClient());
        LaneClient second = kv.client(1);
        assertFalse(kv.server().admitsClient());
        assertTrue(second.call("INFO stats").contains("rejected_connections:1"));
    }

    @Test
    void a_refused_exec_ends_the_transaction() {
        LaneClient client = kv.client(0);
        client.calls("MULTI", "SET a 1");
        assertEquals(
                "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec'"
                        + " command",
                client.call("EXEC now"));
        assertEquals("-ERR EXEC without MULTI", client.call("EXEC"));
    }

    @Test
    void what_may_not_be_queued_spoils_the_transaction() {
        LaneClient client = kv.client(0);
        client.call("MULTI");
        assertEquals("-ERR Command not allowed inside a transaction", client.call("SAVE"));
        assertEquals(
                "-EXECABORT Transaction discarded because of previous errors.",
                client.call("EXEC"));
    }

    @Test
    void times_are_kept_to_an_eighth() {
        Latencies latencies = new Latencies();
        for (int micros = 1; micros <= 1000; micros++) {
            latencies.add(micros * 1000L);
        }
        assertEquals(1000, latencies.count());
        double median = latencies.percentileNanos(50) / 1000.0;
        assertTrue(median >= 500 && median <= 563, "median: " + median);
        double top = latencies.percentileNanos(100) / 1000.0;
        assertTrue(top >= 1000 && top <= 1125, "top: " + top);
        assertEquals(1000, latencies.atMost(Long.MAX_VALUE));
        latencies.add(Long.MAX_VALUE);
        latencies.add(0);
        assertEquals(1002, latencies.count());
    }
}
