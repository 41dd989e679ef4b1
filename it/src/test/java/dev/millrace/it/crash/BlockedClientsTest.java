package dev.millrace.it.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Clients that wait for elements, when their own end or the server's comes. An element that was
 * pushed is then in the list or was popped, once; at most one for each client that waited was on
 * its way.
 */
class BlockedClientsTest {
    private static final int ROUNDS = Integer.getInteger("millrace.it.rounds", 4);
    private static final int PUSHERS = 3;
    private static final int POPPERS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Set<String> pushed = new ConcurrentSkipListSet<>();
    private final Set<String> popped = new ConcurrentSkipListSet<>();
    private final Set<String> twice = new ConcurrentSkipListSet<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void what_was_popped_stays_popped_and_what_was_pushed_is_there_after_sigkill(int loops)
            throws Exception {
        try (Server server = SystemUnderTest.start(Setup.plain().withLoops(loops))) {
            for (int round = 0; round < ROUNDS; round++) {
                List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < PUSHERS; i++) {
                    String name = round + "-" + i + "-";
                    threads.add(start(server, connection -> push(connection, name)));
                }
                for (int i = 0; i < POPPERS; i++) {
                    threads.add(start(server, this::pop));
                }
                int target = popped.size() + 300 * (round + 1);
                Await.until("elements popped", PATIENCE, () -> popped.size() >= target);
                server.kill();
                for (Thread thread : threads) {
                    thread.join();
                }
                server.start();
                verify(server, POPPERS * (round + 1));
            }
        }
    }

    /** What one client does until the connection breaks. */
    private interface Talk {
        void with(RespConnection connection) throws IOException;
    }

    private static Thread start(Server server, Talk talk) {
        int port = server.port();
        return Thread.ofPlatform()
                .start(
                        () -> {
                            try (RespConnection connection = RespConnection.open(port)) {
                                talk.with(connection);
                            } catch (IOException processEnded) {
                                assert !processEnded.toString().isEmpty();
                            }
                        });
    }

    private void push(RespConnection connection, String name) throws IOException {
        for (int number = 0; ; number++) {
            String element = name + number;
            connection.call("RPUSH", "queue", element).reply().number();
            pushed.add(element);
        }
    }

    private void pop(RespConnection connection) throws IOException {
        while (true) {
            Reply reply = connection.call("BLPOP", "queue", "0").reply();
            String element = reply.children().getLast().text();
            if (!popped.add(element)) {
                twice.add(element);
            }
        }
    }

    private void verify(Server server, int unansweredMax) throws IOException {
        Set<String> left = new TreeSet<>();
        try (RespConnection connection = RespConnection.open(server.port())) {
            for (Reply element : connection.call("LRANGE", "queue", "0", "-1").reply().children()) {
                assertTrue(left.add(element.text()), () -> element + " is there twice");
            }
        }
        assertEquals(Set.of(), twice);
        Set<String> back = new TreeSet<>(left);
        back.retainAll(popped);
        assertEquals(Set.of(), back, "popped, and there again");
        Set<String> gone = new TreeSet<>(pushed);
        gone.removeAll(left);
        gone.removeAll(popped);
        assertTrue(gone.size() <= unansweredMax, () -> "lost: " + gone);
    }

    @Test
    void who_goes_away_while_it_waits_is_given_nothing() throws IOException {
        try (Server server = SystemUnderTest.start(Setup.plain());
                RespConnection pusher = RespConnection.open(server.port())) {
            try (RespConnection waits = RespConnection.open(server.port())) {
                waits.send(List.of("BLPOP", "queue", "0"));
                Await.until("one waits", PATIENCE, () -> waiting(pusher) == 1);
            }
            Await.until("none waits", PATIENCE, () -> waiting(pusher) == 0);
            assertEquals(":1\r\n", pusher.call("RPUSH", "queue", "a").raw());
            assertEquals(":1\r\n", pusher.call("LLEN", "queue").raw());
        }
    }

    @Test
    void a_server_ends_in_order_though_clients_wait() throws IOException {
        try (Server server = SystemUnderTest.start(Setup.plain().withLoops(2));
                RespConnection other = RespConnection.open(server.port());
                RespConnection waits = RespConnection.open(server.port())) {
            waits.send(List.of("BLPOP", "queue", "0"));
            Await.until("one waits", PATIENCE, () -> waiting(other) == 1);
            assertEquals(":1\r\n", other.call("RPUSH", "kept", "a").raw());
            assertEquals(0, server.terminate());
            assertTrue(waits.closedByPeer());
            server.start();
            try (RespConnection after = RespConnection.open(server.port())) {
                assertEquals(":1\r\n", after.call("LLEN", "kept").raw());
            }
        }
    }

    private static int waiting(RespConnection connection) {
        try {
            String told = connection.call("INFO", "clients").reply().text();
            return Integer.parseInt(told.replaceAll("(?s).*blocked_clients:(\\d+).*", "$1"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
