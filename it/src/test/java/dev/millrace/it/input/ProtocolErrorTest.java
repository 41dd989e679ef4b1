package dev.millrace.it.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.ResidentMemory;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Broken requests: the error that Redis gives, and then the connection closes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProtocolErrorTest {
    private static final int INLINE_MAX = 64 * 1024;
    private static final int MIB = 1 << 20;
    private static final String LONGER = "1".repeat(INLINE_MAX + 1);

    private final List<Server> servers = new ArrayList<>();

    @BeforeAll
    void start() {
        servers.add(SystemUnderTest.start(Setup.plain()));
    }

    @AfterAll
    void end() {
        servers.forEach(Server::close);
    }

    static Stream<Arguments> brokenRequests() {
        return Stream.of(
                Arguments.of("*999999999999\r\n", "invalid multibulk length"),
                Arguments.of("*2147483648\r\n", "invalid multibulk length"),
                Arguments.of("*99999999999999999999\r\n", "invalid multibulk length"),
                Arguments.of("*\r\n", "invalid multibulk length"),
                Arguments.of("*abc\r\n", "invalid multibulk length"),
                Arguments.of("*1x\r\n", "invalid multibulk length"),
                Arguments.of("* 1\r\n", "invalid multibulk length"),
                Arguments.of("*1\r\n$536870913\r\n", "invalid bulk length"),
                Arguments.of("*1\r\n$-5\r\n", "invalid bulk length"),
                Arguments.of("*1\r\n$-1\r\n", "invalid bulk length"),
                Arguments.of("*1\r\n$99999999999999999999\r\n", "invalid bulk length"),
                Arguments.of("*1\r\n$\r\n", "invalid bulk length"),
                Arguments.of("*1\r\n$abc\r\n", "invalid bulk length"),
                Arguments.of("*1\r\n$4x\r\nPING\r\n", "invalid bulk length"),
                Arguments.of("*1\r\n!4\r\nPING\r\n", "expected '$', got '!'"),
                Arguments.of("*2\r\n$4\r\nPING\r\nfoo\r\n", "expected '$', got 'f'"),
                Arguments.of("*1\r\n\r\n", "expected '$', got '\r'"),
                Arguments.of("SET \"a b\r\n", "unbalanced quotes in request"),
                Arguments.of("SET 'a b\r\n", "unbalanced quotes in request"),
                Arguments.of("SET \"a\"b c\r\n", "unbalanced quotes in request"),
                Arguments.of(LONGER, "too big inline request"),
                Arguments.of("*" + LONGER, "too big mbulk count string"),
                Arguments.of("*1\r\n$" + LONGER, "too big bulk count string"),
                Arguments.of("PING\0\r\n" + LONGER, "too big inline request"),
                Arguments.of("*1\0\r\n" + LONGER, "too big mbulk count string"),
                Arguments.of("*1\r\n$4\0\r\n" + LONGER, "too big bulk count string"));
    }

    @ParameterizedTest
    @MethodSource("brokenRequests")
    void a_broken_request_is_told_why_and_then_the_connection_closes(String sent, String error)
            throws IOException {
        try (RespConnection connection = connect()) {
            connection.write(sent);
            // An error is one line, whatever byte it speaks of.
            String told = "-ERR Protocol error: " + error.replace('\r', ' ') + "\r\n";
            assertEquals(told, connection.read().raw());
            assertTrue(connection.closedByPeer());
        }
    }

    @Test
    void what_came_before_a_broken_request_is_answered() throws IOException {
        try (RespConnection connection = connect()) {
            connection.write("*1\r\n$4\r\nPING\r\nPING\r\n*1\r\n$-5\r\n*1\r\n$4\r\nPING\r\n");
            assertEquals("+PONG\r\n", connection.read().raw());
            assertEquals("+PONG\r\n", connection.read().raw());
            assertEquals("-ERR Protocol error: invalid bulk length\r\n", connection.read().raw());
            assertTrue(connection.closedByPeer());
        }
    }

    @Test
    void empty_requests_are_passed_over() throws IOException {
        try (RespConnection connection = connect()) {
            connection.write("\r\n\n   \r\n*0\r\n*-1\r\n*-2\r\n*-2147483648\r\nPING\r\n");
            assertEquals("+PONG\r\n", connection.read().raw());
        }
    }

    @Test
    void inline_garbage_is_an_unknown_command() throws IOException {
        try (RespConnection connection = connect()) {
            connection.write("\u00ff\u00fe!? a\tb\r\nPING\r\n");
            assertEquals(
                    "-ERR unknown command '\u00ff\u00fe!?', with args beginning with: 'a' 'b' \r\n",
                    connection.read().raw());
            assertEquals("+PONG\r\n", connection.read().raw());
        }
    }

    @Test
    void inline_words_may_be_quoted_and_escaped() throws IOException {
        try (RespConnection connection = connect()) {
            connection.write("ECHO \"a\\x41\\n\\\"b\"\nECHO 'it\\'s \\x41'\r\necho  plain  \r\n");
            assertEquals("aA\n\"b", connection.read().reply().text());
            assertEquals("it's \\x41", connection.read().reply().text());
            assertEquals("plain", connection.read().reply().text());
        }
    }

    @Test
    void a_browser_is_sent_away() throws IOException {
        for (String request : List.of("POST / HTTP/1.1\r\n", "Host: localhost\r\n")) {
            try (RespConnection connection = connect()) {
                connection.write(request + "SET from browser\r\n");
                assertTrue(connection.closedByPeer());
            }
        }
        try (RespConnection connection = connect()) {
            assertEquals(":0\r\n", connection.call("EXISTS", "from").raw());
        }
    }

    @Test
    void announced_megabytes_cost_nothing_until_they_come() throws IOException {
        assertCostsNothing("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\n", 100);
    }

    @Test
    void announced_arguments_cost_nothing_until_they_come() throws IOException {
        assertCostsNothing("*1048576\r\n", 200);
    }

    private void assertCostsNothing(String header, int times) throws IOException {
        Server server = servers.getFirst();
        List<RespConnection> waiting = new ArrayList<>();
        try (RespConnection other = connect()) {
            other.call("PING");
            long before = ResidentMemory.bytes(server);
            for (int index = 0; index < times; index++) {
                waiting.add(connect());
                waiting.getLast().write(header);
            }
            // By now the server has read them all: it answers in the order of arrival, or nearly.
            for (int index = 0; index < times; index++) {
                assertEquals("+PONG\r\n", other.call("PING").raw());
            }
            long grown = ResidentMemory.bytes(server) - before;
            assertTrue(grown < 64L * MIB, () -> "resident memory grew by " + grown + " bytes");
        } finally {
            waiting.forEach(RespConnection::close);
        }
    }

    private RespConnection connect() throws IOException {
        return RespConnection.open(servers.getFirst().port());
    }
}
