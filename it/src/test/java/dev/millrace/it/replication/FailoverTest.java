package dev.millrace.it.replication;

import static dev.millrace.it.replication.Replicas.awaitAll;
import static dev.millrace.it.replication.Replicas.awaitSame;
import static dev.millrace.it.replication.Replicas.awaitUp;
import static dev.millrace.it.replication.Replicas.call;
import static dev.millrace.it.replication.Replicas.fact;
import static dev.millrace.it.replication.Replicas.follow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.Server;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;

/** FAILOVER: a replica becomes the master, and nothing that was acknowledged is lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailoverTest {
    private final Server node = Replicas.millrace();
    private final Server redis = Replicas.redis();

    @AfterAll
    void end() {
        node.close();
        redis.close();
    }

    /** Counts until the server takes no more; returns how far it got. */
    private static final class Counting implements Runnable {
        private final Server server;
        private volatile long acknowledged;
        private volatile String last = "";

        Counting(Server server) {
            this.server = server;
        }

        @Override
        public void run() {
            try (RespConnection client = RespConnection.open(server.port())) {
                last = client.call("INCR", "count").raw();
                while (last.startsWith(":")) {
                    acknowledged = Long.parseLong(last.substring(1).strip());
                    last = client.call("INCR", "count").raw();
                }
            } catch (IOException failure) {
                last = failure.toString();
            }
        }
    }

    private static void rolesChange(Server master, Server replica, String... failover)
            throws InterruptedException {
        call(master, "REPLICAOF", "NO", "ONE");
        call(master, "FLUSHALL");
        follow(replica, master.port());
        Counting counting = new Counting(master);
        Thread counter = Thread.ofPlatform().start(counting);
        Await.until("it counts", Replicas.SOON, () -> counting.acknowledged > 500);
        assertEquals("+OK\r\n", call(master, failover));
        assertTrue(counter.join(Replicas.SOON), "it counts on");
        assertTrue(counting.last.startsWith("-READONLY"), counting.last);
        Await.until("it is the master", Replicas.SOON, () -> isMaster(replica));
        String count = "" + counting.acknowledged;
        assertEquals("$" + count.length() + "\r\n" + count + "\r\n", call(replica, "GET", "count"));
        awaitUp(master);
        assertEquals("no-failover", fact(master, "replication", "master_failover_state"));
        awaitAll(replica, master);
        awaitSame(replica, master);
    }

    private static boolean isMaster(Server server) {
        return fact(server, "replication", "role").equals("master");
    }

    @Test
    void a_redis_takes_over_from_a_node_and_the_node_copies_nothing_again() throws Exception {
        String copies = fact(redis, "stats", "sync_full");
        rolesChange(node, redis, "FAILOVER", "TO", "127.0.0.1", "" + redis.port());
        assertEquals(copies, fact(redis, "stats", "sync_full"));
        node.kill();
        node.start();
        awaitUp(node);
        awaitAll(redis, node);
    }

    @Test
    void a_node_takes_over_from_a_redis() throws Exception {
        call(redis, "REPLICAOF", "NO", "ONE");
        rolesChange(redis, node, "FAILOVER");
    }

    @Test
    void who_has_not_all_in_time_takes_over_only_by_force() throws Exception {
        call(node, "REPLICAOF", "NO", "ONE");
        call(redis, "REPLICAOF", "NO", "ONE");
        try (Relay relay = new Relay(node.port());
                RespConnection client = RespConnection.open(node.port())) {
            follow(redis, relay.port());
            relay.hold();
            client.call("SET", "a", "1");
            String port = "" + redis.port();
            assertEquals("+OK\r\n", call(node, "FAILOVER", "TIMEOUT", "300"));
            assertEquals("+OK\r\n", client.call("SET", "a", "2").raw());
            assertEquals("no-failover", fact(node, "replication", "master_failover_state"));
            assertEquals("+OK\r\n", call(node, "FAILOVER"));
            assertEquals("-ERR FAILOVER already in progress.\r\n", call(node, "FAILOVER"));
            assertEquals(
                    "-ERR REPLICAOF not allowed while failing over.\r\n",
                    call(node, "REPLICAOF", "NO", "ONE"));
            assertEquals("waiting-for-sync", fact(node, "replication", "master_failover_state"));
            assertEquals("+OK\r\n", call(node, "FAILOVER", "ABORT"));
            assertEquals("+OK\r\n", client.call("SET", "a", "3").raw());
            String[] force = {"FAILOVER", "TO", "127.0.0.1", port, "FORCE", "TIMEOUT", "100"};
            assertEquals("+OK\r\n", call(node, force));
            Await.until("it is the master", Replicas.SOON, () -> isMaster(redis));
            awaitUp(node);
            awaitSame(redis, node);
        }
    }

    @Test
    void what_is_asked_for_wrongly_is_refused_in_redis_s_words() throws Exception {
        call(node, "REPLICAOF", "NO", "ONE");
        follow(redis, node.port());
        try (Server other = Replicas.redis();
                Server itsReplica = Replicas.millrace()) {
            follow(itsReplica, other.port());
            for (String words :
                    new String[] {
                        "FAILOVER ABORT",
                        "FAILOVER TO",
                        "FAILOVER TO 127.0.0.1",
                        "FAILOVER TO 127.0.0.1 x",
                        "FAILOVER TO nohost 1",
                        "FAILOVER TO 127.0.0.1 1",
                        "FAILOVER TIMEOUT",
                        "FAILOVER TIMEOUT 0",
                        "FAILOVER TIMEOUT -1",
                        "FAILOVER TIMEOUT x",
                        "FAILOVER TIMEOUT 5 TIMEOUT 5",
                        "FAILOVER FORCE",
                        "FAILOVER FORCE FORCE",
                        "FAILOVER TO 127.0.0.1 1 FORCE",
                        "FAILOVER FORCE TIMEOUT 5",
                        "FAILOVER ABORT x",
                        "PSYNC " + "a".repeat(40) + " 1 FAILOVER"
                    }) {
                assertEquals(call(other, words.split(" ")), call(node, words.split(" ")), words);
            }
        }
        call(redis, "REPLICAOF", "NO", "ONE");
        follow(node, redis.port());
        assertEquals(
                "-ERR FAILOVER is not valid when server is a replica.\r\n", call(node, "FAILOVER"));
        assertEquals(
                "-ERR PSYNC FAILOVER replid must match my replid.\r\n",
                call(node, "PSYNC", "a".repeat(40), "1", "FAILOVER"));
        call(node, "REPLICAOF", "NO", "ONE");
        Await.until(
                "nobody follows",
                Replicas.SOON,
                () -> fact(node, "replication", "connected_slaves").equals("0"));
        assertEquals("-ERR FAILOVER requires connected replicas.\r\n", call(node, "FAILOVER"));
    }
}
