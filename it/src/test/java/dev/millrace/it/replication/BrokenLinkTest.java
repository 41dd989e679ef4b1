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

import org.junit.jupiter.api.Test;

import java.io.IOException;

/** The link breaks where it hurts most, or is too slow: nothing is lost, and nothing done twice. */
class BrokenLinkTest {
    private static final int LARGE_BYTES = 3 << 20;

    @Test
    void a_node_goes_on_where_its_link_was_cut() throws IOException {
        try (Server master = Replicas.redis();
                Server replica = Replicas.millrace()) {
            goesOn(master, replica);
        }
    }

    @Test
    void a_redis_goes_on_where_its_link_was_cut() throws IOException {
        try (Server master = Replicas.millrace();
                Server replica = Replicas.redis()) {
            goesOn(master, replica);
        }
    }

    private static void goesOn(Server master, Server replica) throws IOException {
        call(master, "CONFIG", "SET", "repl-backlog-size", "16mb");
        try (Relay relay = new Relay(master.port());
                RespConnection client = RespConnection.open(master.port())) {
            follow(replica, relay.port());
            relay.cutBehind("MULTI\r\n", 40);
            for (int i = 0; i < 50; i++) {
                client.call("INCR", "single");
                client.call("MULTI");
                client.call("INCR", "{t}1");
                client.call("INCR", "{t}2");
                client.call("EXEC");
            }
            Await.until("it is cut", Replicas.SOON, () -> relay.cuts() == 1);
            awaitAll(master, replica);
            relay.cutBehind("$" + LARGE_BYTES + "\r\n", LARGE_BYTES / 2);
            client.call("INCR", "single");
            client.call("APPEND", "large", "l".repeat(LARGE_BYTES));
            client.call("INCR", "single");
            Await.until("it is cut", Replicas.SOON, () -> relay.cuts() == 2);
            awaitAll(master, replica);
            assertEquals("$2\r\n52\r\n", call(replica, "GET", "single"));
            assertEquals("*2\r\n$2\r\n50\r\n$2\r\n50\r\n", call(replica, "MGET", "{t}1", "{t}2"));
            assertEquals(":" + LARGE_BYTES + "\r\n", call(replica, "STRLEN", "large"));
            awaitSame(master, replica);
            assertEquals("1", fact(master, "stats", "sync_full"));
            assertEquals("2", fact(master, "stats", "sync_partial_ok"));
        }
    }

    @Test
    void who_reads_nothing_is_dropped_and_comes_back() throws IOException {
        try (Server master = Replicas.millrace();
                Server replica = Replicas.redis();
                Relay relay = new Relay(master.port());
                RespConnection client = RespConnection.open(master.port())) {
            call(master, "CONFIG", "SET", "client-output-buffer-limit", "replica 8mb 0 0");
            follow(replica, relay.port());
            String value = "v".repeat(1 << 20);
            client.call("SET", "a", value);
            relay.hold();
            long most = 0;
            for (int i = 0; i < 100; i++) {
                client.call("SET", "a", value + i);
                String kept = fact(master, "memory", "mem_total_replication_buffers");
                most = Math.max(most, Long.parseLong(kept));
            }
            assertEquals(most, Math.min(most, 16 << 20));
            Await.until(
                    "it is dropped",
                    Replicas.SOON,
                    () -> fact(master, "replication", "connected_slaves").equals("0"));
            long kept = Long.parseLong(fact(master, "memory", "mem_total_replication_buffers"));
            assertTrue(kept <= 4 << 20, () -> kept + " bytes");
            relay.release();
            awaitAll(master, replica);
            awaitSame(master, replica);
            assertEquals("2", fact(master, "stats", "sync_full"));
        }
    }

    @Test
    void a_value_of_half_the_heap_goes_to_who_follows() throws IOException {
        try (Server master = Replicas.millrace();
                Server replica = Replicas.redis()) {
            follow(replica, master.port());
            int bytes = 150 << 20;
            String script = "return redis.call('SET', KEYS[1], string.rep('v', ARGV[1]))";
            assertEquals("+OK\r\n", call(master, "EVAL", script, "1", "a", "" + bytes));
            awaitAll(master, replica);
            assertEquals(":" + bytes + "\r\n", call(replica, "STRLEN", "a"));
            assertEquals("1", fact(master, "stats", "sync_full"));
        }
    }
}
