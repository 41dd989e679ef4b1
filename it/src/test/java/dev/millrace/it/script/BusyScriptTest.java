package dev.millrace.it.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What others are answered while a script takes long, on its loop and on others, and how the
 * process ends then. There are as many connections as it takes for each loop to have some.
 */
class BusyScriptTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int OTHERS = 4;
    private static final String BUSY =
            "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN"
                    + " NOSAVE.\r\n";
    private static final String READS = "while true do redis.call('GET', 'a') end";
    private static final String HAS_WRITTEN = "redis.call('SET', 'torn', '1') while true do end";

    @TempDir private Path folder;

    /** A node with a script that others are told of. */
    private static final class Node implements AutoCloseable {
        final Product product;
        final RespConnection caller;
        final List<RespConnection> others = new ArrayList<>();

        Node(Path data) throws IOException {
            product = Product.up(data, "--set", "kv.loops=2", "--set", "kv.debug=yes");
            caller = connect();
            for (int i = 0; i < OTHERS; i++) {
                others.add(connect());
            }
            caller.call("CONFIG", "SET", "busy-reply-threshold", "20");
        }

        RespConnection connect() throws IOException {
            return RespConnection.open(product.port("kv.resp.port"));
        }

        void run(String script) throws IOException {
            caller.send(List.of("EVAL", script, "0"));
            Await.until("the script to be busy", PATIENCE, () -> ping().equals(BUSY));
        }

        private String ping() {
            try {
                return others.getFirst().call("PING").raw();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        /** What all the others are answered, who must be answered the same. */
        String all(String... words) throws IOException {
            String first = others.getFirst().call(words).raw();
            for (RespConnection other : others.subList(1, OTHERS)) {
                assertEquals(first, other.call(words).raw());
            }
            return first;
        }

        @Override
        public void close() throws IOException {
            others.forEach(RespConnection::close);
            caller.close();
            product.close();
        }
    }

    @Test
    void what_may_be_called_meanwhile_is_answered_on_all_loops() throws Exception {
        try (Node node = new Node(folder)) {
            node.run(READS);
            assertEquals(BUSY, node.all("CLIENT", "ID"));
            assertEquals(BUSY, node.all("SHUTDOWN"));
            assertEquals("+OK\r\n", node.all("WATCH", "a"));
            assertEquals("+OK\r\n", node.all("MULTI"));
            assertEquals("-ERR WATCH inside MULTI is not allowed\r\n", node.all("WATCH", "b"));
            assertEquals("-EXECABORT", node.all("EXEC").substring(0, 10));
            assertEquals("-EXECABORT", node.all("EXEC").substring(0, 10));
            assertEquals("+OK\r\n", node.others.getLast().call("SCRIPT", "KILL").raw());
            assertTrue(node.caller.read().raw().startsWith("-ERR Script killed by user"));
        }
    }

    @Test
    void what_is_watched_meanwhile_and_changed_by_the_script_ends_the_transaction()
            throws Exception {
        try (Node node = new Node(folder)) {
            node.caller.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1");
            node.run(
                    "while not redis.call('CLIENT', 'LIST'):find('name=go', 1, true) do end"
                            + " redis.call('SET', 'a', 'new')");
            assertEquals("+OK\r\n", node.all("WATCH", "a"));
            node.others.getLast().call("HELLO", "2", "SETNAME", "go");
            assertEquals("$-1\r\n", node.caller.read().raw());
            assertEquals("+OK\r\n", node.all("MULTI"));
            assertEquals("+QUEUED\r\n", node.all("GET", "a"));
            assertEquals("*-1\r\n", node.all("EXEC"));
        }
    }

    @Test
    void who_waits_for_a_list_is_served_once_when_the_script_has_ended() throws Exception {
        try (Node node = new Node(folder)) {
            node.caller.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1");
            for (RespConnection other : node.others) {
                other.send(List.of("BLPOP", "list", "0"));
            }
            try (RespConnection asks = node.connect()) {
                Await.until(
                        "clients that wait",
                        PATIENCE,
                        () -> info(asks).contains("blocked_clients:4"));
            }
            node.caller.send(
                    List.of(
                            "EVAL",
                            "redis.call('RPUSH', 'list', 1, 2, 3) redis.call('LPOP', 'list')"
                                    + " while not redis.call('CLIENT', 'LIST'):find('name=go', 1, true) do end"
                                    + " return redis.call('RPUSH', 'list', 4, 5)",
                            "0"));
            try (RespConnection asks = node.connect()) {
                asks.call("HELLO", "2", "SETNAME", "go");
            }
            assertEquals(":4\r\n", node.caller.read().raw());
            List<String> served = new ArrayList<>();
            for (RespConnection other : node.others) {
                served.add(other.read().reply().children().getLast().text());
            }
            assertEquals(List.of("2", "3", "4", "5"), served.stream().sorted().toList());
        }
    }

    private static String info(RespConnection client) {
        try {
            return client.call("INFO", "clients").reply().text();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void rights_are_asked_for_meanwhile_as_otherwise() throws Exception {
        try (Node node = new Node(folder)) {
            node.caller.call("ACL", "SETUSER", "guest", "on", "nopass", "+@all", "-shutdown");
            assertEquals("+OK\r\n", node.all("AUTH", "guest", "any"));
            node.run(READS);
            assertEquals(
                    "-NOPERM this user has no permissions to run the 'shutdown' command\r\n",
                    node.all("SHUTDOWN", "NOSAVE"));
        }
    }

    @Test
    void shutdown_nosave_ends_the_process_whatever_the_script_has_done() throws Exception {
        for (int other = 0; other < OTHERS; other++) {
            Path data = folder.resolve("data" + other);
            try (Node node = new Node(data)) {
                assertEquals("+OK\r\n", node.caller.call("SET", "kept", "1").raw());
                node.run(HAS_WRITTEN);
                node.others.get(other).send(List.of("SHUTDOWN", "NOSAVE"));
                assertEquals(0, node.product.awaitEnd());
            }
            expectNothingTorn(data);
        }
    }

    @Test
    void a_script_that_has_changed_nothing_ends_with_the_process_and_its_client_is_told()
            throws Exception {
        try (Node node = new Node(folder)) {
            node.run(READS);
            assertEquals(0, node.product.terminate());
            assertTrue(node.caller.read().raw().startsWith("-ERR Script killed by user"));
        }
    }

    /** However long others were to wait until they were told that it is busy. */
    @Test
    void a_script_that_nobody_was_told_of_ends_with_the_process_as_well() throws Exception {
        try (Node node = new Node(folder)) {
            node.caller.call("CONFIG", "SET", "busy-reply-threshold", "600000");
            node.caller.write(
                    RespConnection.encode(List.of("PING"))
                            + RespConnection.encode(List.of("EVAL", READS, "0")));
            assertEquals("+PONG\r\n", node.caller.read().raw()); // What follows is next.
            assertEquals(0, node.product.terminate());
            assertTrue(node.caller.read().raw().startsWith("-ERR Script killed by user"));
        }
    }

    @Test
    void a_script_that_has_written_is_waited_for_a_while_and_leaves_no_trace_if_it_goes_on()
            throws Exception {
        try (Node node = new Node(folder)) {
            assertEquals("+OK\r\n", node.caller.call("SET", "kept", "1").raw());
            node.run(HAS_WRITTEN);
            assertEquals(0, node.product.terminate());
            assertEquals(
                    "-ERR the server ends, and nothing of what the script has changed is kept\r\n",
                    node.caller.read().raw());
        }
        expectNothingTorn(folder);
    }

    private static void expectNothingTorn(Path data) throws IOException {
        try (Node node = new Node(data)) {
            assertEquals("$1\r\n1\r\n", node.caller.call("GET", "kept").raw());
            assertEquals("$-1\r\n", node.caller.call("GET", "torn").raw());
        }
    }
}
