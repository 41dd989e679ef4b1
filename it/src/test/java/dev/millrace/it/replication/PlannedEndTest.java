package dev.millrace.it.replication;

import static dev.millrace.it.replication.Replicas.awaitAll;
import static dev.millrace.it.replication.Replicas.awaitSame;
import static dev.millrace.it.replication.Replicas.call;
import static dev.millrace.it.replication.Replicas.fact;
import static dev.millrace.it.replication.Replicas.follow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.Server;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;

/** SHUTDOWN and SIGTERM: who follows has all before the master is gone. */
class PlannedEndTest {
    private static final String REFUSAL = "-ERR Errors trying to SHUTDOWN. Check logs.\r\n";

    /** So much does not fit into what the system keeps for sockets that nobody reads. */
    private static final int LARGE_VALUES = 40;

    private final Server node = Replicas.millrace();
    private final Server redis = Replicas.redis();
    private Relay relay;
    private RespConnection client;

    @BeforeEach
    void begin() throws IOException {
        relay = new Relay(node.port());
        client = RespConnection.open(node.port());
        call(node, "CONFIG", "SET", "shutdown-timeout", "600");
        follow(redis, relay.port());
    }

    @AfterEach
    void end() throws IOException {
        client.close();
        relay.close();
        redis.close();
        node.close();
    }

    /** The replica has not all that is here, and will not have it until it is let. */
    private void fallBehind() throws IOException {
        relay.hold();
        String large = "x".repeat(1 << 20);
        for (int i = 0; i < LARGE_VALUES; i++) {
            assertEquals("+OK\r\n", client.call("SET", "large:" + i, large).raw());
        }
        assertEquals("+OK\r\n", client.call("SET", "last", "1").raw());
    }

    private void sigterm() {
        ProcessHandle.of(node.pid()).orElseThrow().destroy();
    }

    private void awaitWaiting() {
        Await.until("it waits", Replicas.SOON, () -> !left().isEmpty());
    }

    private String left() {
        return fact(node, "server", "shutdown_in_milliseconds");
    }

    private void endsAndHasLeftAll() {
        relay.release();
        Await.until("it has ended", Replicas.SOON, () -> !node.alive());
        assertEquals("$1\r\n1\r\n", call(redis, "GET", "last"));
        assertEquals("$-1\r\n", call(redis, "GET", "too late"));
    }

    @Test
    void sigterm_waits_for_a_replica_that_lags_and_nothing_is_written_meanwhile()
            throws IOException {
        fallBehind();
        sigterm();
        awaitWaiting();
        client.send(List.of("SET", "too late", "1"));
        String refusal = call(node, "SHUTDOWN", "ABORT");
        assertTrue(refusal.startsWith("-ERR This shutdown was not begun by SHUTDOWN"), refusal);
        endsAndHasLeftAll();
        assertEquals(0, node.terminate());
    }

    @Test
    void so_does_shutdown() throws IOException {
        fallBehind();
        try (RespConnection operator = RespConnection.open(node.port())) {
            operator.send(List.of("SHUTDOWN"));
            awaitWaiting();
            client.send(List.of("SET", "too late", "1"));
            assertEquals("$1\r\n1\r\n", call(node, "GET", "last"));
            endsAndHasLeftAll();
        }
    }

    @Test
    void abort_takes_a_shutdown_back_and_what_waited_is_written() throws IOException {
        fallBehind();
        assertEquals("-ERR No shutdown in progress.\r\n", call(node, "SHUTDOWN", "ABORT"));
        try (RespConnection one = RespConnection.open(node.port());
                RespConnection another = RespConnection.open(node.port())) {
            one.send(List.of("SHUTDOWN"));
            awaitWaiting();
            another.send(List.of("SHUTDOWN", "NOW"));
            Await.until(
                    "both wait",
                    Replicas.SOON,
                    () -> fact(node, "clients", "blocked_clients").equals("2"));
            client.send(List.of("SET", "held", "1"));
            assertEquals("+OK\r\n", call(node, "SHUTDOWN", "ABORT"));
            assertEquals(REFUSAL, one.read().raw());
            assertEquals(REFUSAL, another.read().raw());
            assertEquals("+OK\r\n", client.read().raw());
            assertEquals("", left());
        }
        relay.release();
        awaitAll(node, redis);
    }

    @Test
    void a_replica_that_is_too_slow_is_not_waited_for() throws IOException {
        fallBehind();
        call(node, "CONFIG", "SET", "shutdown-timeout", "1");
        sigterm();
        Await.until("it has ended", Replicas.SOON, () -> !node.alive());
        Await.until("it is named", Replicas.SOON, () -> node.printed().contains("has not all"));
    }

    @Test
    void shutdown_now_waits_for_nobody() throws IOException {
        fallBehind();
        client.send(List.of("SHUTDOWN", "NOW"));
        Await.until("it has ended", Replicas.SOON, () -> !node.alive());
    }

    @Test
    void who_has_all_goes_on_behind_a_planned_restart_and_copies_all_behind_a_crash()
            throws IOException {
        follow(redis, node.port());
        for (int restart = 0; restart < 2; restart++) {
            String name = fact(node, "replication", "master_replid");
            call(node, "SET", "before:" + restart, "1");
            assertEquals(0, node.terminate());
            String offset = fact(redis, "replication", "slave_repl_offset");
            node.start();
            assertEquals(name, fact(node, "replication", "master_replid2"));
            long next = Long.parseLong(offset) + 1;
            assertEquals("" + next, fact(node, "replication", "second_repl_offset"));
            call(node, "SET", "after:" + restart, "1");
            awaitAll(node, redis);
            awaitSame(node, redis);
            assertEquals("1", fact(node, "stats", "sync_partial_ok"));
            assertEquals("0", fact(node, "stats", "sync_full"));
        }
        node.kill();
        node.start();
        awaitAll(node, redis);
        awaitSame(node, redis);
        assertEquals("0", fact(node, "stats", "sync_partial_ok"));
        assertEquals("1", fact(node, "stats", "sync_full"));
    }
}
