package dev.millrace.kv.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;
import dev.millrace.kv.session.OnlineSaves;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

class OperatorTest {
    private final KvLanes kv = KvLanes.open(2);
    private final LaneClient client = kv.client(0);

    @AfterEach
    void close() {
        kv.close();
    }

    /** Saves that end when the test says so. */
    private static final class Held implements OnlineSaves {
        private final List<Consumer<Boolean>> running = new ArrayList<>();
        private final List<Consumer<Boolean>> scheduled = new ArrayList<>();

        @Override
        public synchronized boolean begin(Consumer<Boolean> ended) {
            return running.isEmpty() && running.add(ended);
        }

        @Override
        public synchronized void schedule(Consumer<Boolean> ended) {
            scheduled.add(ended);
        }

        synchronized void end(boolean well) {
            running.removeFirst().accept(well);
        }

        @Override
        public synchronized State state() {
            return new State(!running.isEmpty(), 5_000, true, 3, 2, 7, 4, 9, Path.of("dump.rdb"));
        }
    }

    @Test
    void save_answers_when_the_file_is_there_and_nobody_else_waits() {
        Held held = new Held();
        kv.server().saves(held);
        client.send("SAVE", "PING");
        LaneClient other = kv.client(0);
        assertEquals("PONG", other.call("PING"));
        assertFalse(client.hasMore());
        assertEquals("-ERR Background save already in progress", other.call("SAVE"));
        assertEquals("-ERR Background save already in progress", other.call("BGSAVE"));
        assertEquals("-ERR Background save already in progress", other.call("BGSAVE SCHEDULE"));
        assertEquals("-ERR syntax error", other.call("BGSAVE NOW"));
        held.end(true);
        assertEquals("OK", client.next());
        assertEquals("PONG", client.next());
        client.send("SAVE");
        held.end(false);
        assertEquals("-ERR", client.next());
        assertEquals(":5", client.call("LASTSAVE"));
        assertEquals("Background saving started", client.call("BGSAVE"));
        String info = client.call("INFO persistence");
        for (String line :
                List.of(
                        "rdb_changes_since_last_save:7",
                        "rdb_bgsave_in_progress:1",
                        "rdb_last_save_time:5",
                        "rdb_last_bgsave_status:ok",
                        "rdb_last_bgsave_time_sec:3",
                        "rdb_current_bgsave_time_sec:2",
                        "rdb_saves:4")) {
            assertTrue(info.contains(line), line + " in " + info);
        }
    }

    @Test
    void bgsave_in_a_transaction_is_for_later() {
        Held held = new Held();
        kv.server().saves(held);
        assertEquals(
                List.of("OK", "QUEUED", "[Background saving scheduled]"),
                client.calls("MULTI", "BGSAVE", "EXEC"));
        assertEquals(1, held.scheduled.size());
    }

    @Test
    void a_client_that_left_while_it_waited_is_forgotten() {
        Held held = new Held();
        kv.server().saves(held);
        client.send("SAVE", "PING");
        client.leave();
        held.end(true);
        kv.settle();
        assertFalse(client.hasMore());
    }

    @Test
    void shutdown_begins_what_it_was_given_and_says_no_more() {
        assertEquals("-ERR Errors trying to SHUTDOWN. Check logs.", client.call("SHUTDOWN"));
        AtomicInteger begun = new AtomicInteger();
        kv.server().shutdown(begun::incrementAndGet);
        assertEquals("-ERR syntax error", client.call("SHUTDOWN SAVE NOSAVE"));
        assertEquals("-ERR syntax error", client.call("SHUTDOWN ABORT NOW"));
        assertEquals("-ERR No shutdown in progress.", client.call("SHUTDOWN ABORT"));
        assertEquals(0, begun.get());
        client.send("SHUTDOWN NOSAVE", "PING");
        kv.settle();
        assertEquals(1, begun.get());
        assertFalse(client.hasMore());
    }

    @Test
    void shutdown_save_saves_first_and_does_not_end_if_that_fails() {
        Held held = new Held();
        AtomicInteger begun = new AtomicInteger();
        kv.server().saves(held);
        kv.server().shutdown(begun::incrementAndGet);
        client.send("SHUTDOWN SAVE");
        assertEquals(0, begun.get());
        held.end(false);
        assertEquals("-ERR Errors trying to SHUTDOWN. Check logs.", client.next());
        client.send("SHUTDOWN SAVE");
        held.end(true);
        assertEquals(1, begun.get());
        LaneClient other = kv.client(0);
        other.send("SHUTDOWN SAVE FORCE");
        held.end(false);
        assertEquals(2, begun.get());
    }

    @Test
    void shutdown_save_is_not_content_with_a_save_that_runs_already() {
        Held held = new Held();
        AtomicInteger begun = new AtomicInteger();
        kv.server().saves(held);
        kv.server().shutdown(begun::incrementAndGet);
        client.call("BGSAVE");
        client.send("SHUTDOWN SAVE");
        kv.settle();
        held.end(true);
        assertEquals(0, begun.get());
        held.scheduled.getFirst().accept(true);
        assertEquals(1, begun.get());
    }

    @Test
    void debug_sleep_stops_its_client_only() {
        long before = System.nanoTime();
        client.send("DEBUG SLEEP 0.1");
        assertEquals("PONG", kv.client(0).call("PING"));
        assertEquals("OK", client.next());
        assertTrue(System.nanoTime() - before >= 90_000_000);
    }

    @Test
    void what_a_client_slept_is_in_the_slow_log() {
        client.calls("CONFIG SET slowlog-log-slower-than 90000", "DEBUG SLEEP 0.1");
        assertEquals(":1", client.call("SLOWLOG LEN"));
        client.calls("MULTI", "DEBUG SLEEP 0.1", "EXEC");
        assertEquals(":2", client.call("SLOWLOG LEN"));
    }

    @Test
    void the_slow_log_keeps_the_newest_and_no_secrets() {
        client.call("CONFIG SET slowlog-log-slower-than 0 slowlog-max-len 2");
        client.calls("CLIENT SETNAME bob", "AUTH default secret", "CONFIG SET requirepass ");
        String log = client.call("SLOWLOG GET");
        assertTrue(log.contains("[CONFIG, SET, requirepass, (redacted)]"), log);
        assertTrue(
                log.contains("[AUTH, (redacted), (redacted)], " + client.peer() + ", bob]"), log);
        assertEquals(":2", client.call("SLOWLOG LEN"));
        client.call("CONFIG SET slowlog-log-slower-than -1");
        assertEquals("OK", client.call("SLOWLOG RESET"));
        assertEquals("[]", client.call("SLOWLOG GET -1"));
        assertEquals(
                "-ERR count should be greater than or equal to -1", client.call("SLOWLOG GET -2"));
    }

    @Test
    void memory_usage_is_what_the_item_takes() {
        client.call("SET a " + "x".repeat(1000));
        String usage = client.call("MEMORY USAGE a");
        int bytes = Integer.parseInt(usage.substring(1));
        assertTrue(bytes >= 1008 && bytes < 1200, usage);
        client.call("SET a " + "x".repeat(100_000));
        client.call("SET a " + "x".repeat(33_000));
        String large = client.call("MEMORY USAGE a");
        assertTrue(Integer.parseInt(large.substring(1)) < 42_000, large);
        assertEquals("nil", client.call("MEMORY USAGE nosuch SAMPLES 0"));
        assertEquals("-ERR syntax error", client.call("MEMORY USAGE a SAMPLES"));
        assertTrue(client.call("MEMORY STATS").contains("keys.count, :1, "));
    }

    @Test
    void it_is_a_master_without_replicas_and_no_cluster() {
        assertEquals("[master, :0, []]", client.call("ROLE"));
        assertEquals("OK", client.call("REPLICAOF NO ONE"));
        assertEquals(":0", client.call("WAIT 0 0"));
        assertEquals(":0", client.call("WAIT 1 10"));
        String disabled = "-ERR This instance has cluster support disabled";
        assertEquals(
                List.of(disabled, disabled, disabled),
                client.calls("CLUSTER INFO", "READONLY", "READWRITE"));
        assertEquals("[user default on nopass ~* &* +@all]", client.call("ACL LIST"));
        assertTrue(client.call("ACL CAT pubsub").contains("publish"));
    }

    @Test
    void latencies_are_told_as_a_histogram() {
        client.calls("SET a 1", "GET a", "GET a");
        String histogram = client.call("LATENCY HISTOGRAM get nosuch");
        assertTrue(histogram.startsWith("[get, [calls, :2, histogram_usec, ["), histogram);
    }
}
