package dev.millrace.it.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;
import dev.millrace.kernel.Seeds;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A pipeline means the same however the network cuts it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FragmentTest {
    private static final String BIG = "x".repeat(100_000);
    private static final String PIPELINE =
            String.join(
                    "",
                    "PING\r\n",
                    "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\nb\n\r\n",
                    "get k\n",
                    "*0\r\n\r\n",
                    "*2\r\n$3\r\nGET\r\n$0\r\n\r\n",
                    "*1\r\n$5\r\nMULTI\r\n",
                    "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n",
                    "EXEC\r\n",
                    "*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\n");
    private static final String SCRIPT = "EVAL \"return redis.call('INCR', 'n')\" 0\r\n";

    private static final int LEAVING = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final List<String> ANSWERS =
            List.of(
                    "+PONG\r\n",
                    "+OK\r\n",
                    "$5\r\na\r\nb\n\r\n",
                    "$-1\r\n",
                    "+OK\r\n",
                    "+QUEUED\r\n",
                    "*1\r\n:1\r\n",
                    "$2\r\n\r\n\r\n");

    private final List<Server> servers = new ArrayList<>();

    @BeforeAll
    void start() {
        servers.add(SystemUnderTest.start(Setup.plain()));
    }

    @AfterAll
    void end() {
        servers.forEach(Server::close);
    }

    @Test
    void one_byte_at_a_time() throws IOException {
        try (RespConnection connection = fresh()) {
            for (int index = 0; index < PIPELINE.length(); index++) {
                connection.write(PIPELINE.substring(index, index + 1));
            }
            assertAnswers(connection);
        }
    }

    @Test
    void cut_anywhere() {
        Seeds.each(
                50,
                random -> {
                    try (RespConnection connection = fresh()) {
                        int start = 0;
                        while (start < PIPELINE.length()) {
                            int end = Math.min(PIPELINE.length(), start + 1 + random.nextInt(40));
                            connection.write(PIPELINE.substring(start, end));
                            start = end;
                        }
                        assertAnswers(connection);
                    }
                });
    }

    @Test
    void large_values_cut_anywhere() {
        String command = RespConnection.encode(List.of("SET", "big", BIG));
        String asked = RespConnection.encode(List.of("GET", "big"));
        Seeds.each(
                20,
                random -> {
                    try (RespConnection connection = fresh()) {
                        int cut = random.nextInt(command.length());
                        connection.write(command.substring(0, cut));
                        connection.write(command.substring(cut) + asked.substring(0, 5));
                        connection.write(asked.substring(5));
                        assertEquals("+OK\r\n", connection.read().raw());
                        assertEquals(BIG, connection.read().reply().text());
                    }
                });
    }

    @Test
    void many_commands_at_once() throws Exception {
        int commands = 20_000;
        try (RespConnection connection = fresh()) {
            String all = RespConnection.encode(List.of("INCR", "n")).repeat(commands);
            Thread sender = Thread.ofVirtual().start(() -> send(connection, all));
            for (int index = 1; index <= commands; index++) {
                assertEquals(":" + index + "\r\n", connection.read().raw());
            }
            sender.join();
        }
    }

    @Test
    void who_will_say_nothing_more_is_answered() throws IOException {
        for (int round = 0; round < LEAVING; round++) {
            try (RespConnection connection = fresh()) {
                connection.write(PIPELINE);
                connection.write(SCRIPT);
                connection.endOutput();
                assertAnswers(connection);
                assertEquals(":2\r\n", connection.read().raw());
                assertTrue(connection.closedByPeer());
            }
        }
    }

    @Test
    void what_was_sent_is_done_also_when_its_client_does_not_wait_for_the_answer()
            throws IOException {
        try (RespConnection other = fresh()) {
            for (int round = 0; round < LEAVING; round++) {
                try (RespConnection leaving = RespConnection.open(servers.getFirst().port())) {
                    leaving.write(SCRIPT + "INCR n\r\n" + SCRIPT);
                }
            }
            Await.until("150", PATIENCE, () -> counted(other).equals("$3\r\n150\r\n"));
        }
    }

    private static String counted(RespConnection connection) {
        try {
            return connection.call("GET", "n").raw();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static void send(RespConnection connection, String bytes) {
        try {
            connection.write(bytes);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static void assertAnswers(RespConnection connection) throws IOException {
        for (String answer : ANSWERS) {
            assertEquals(answer, connection.read().raw());
        }
    }

    private RespConnection fresh() throws IOException {
        RespConnection connection = RespConnection.open(servers.getFirst().port());
        connection.call("FLUSHALL");
        return connection;
    }
}
