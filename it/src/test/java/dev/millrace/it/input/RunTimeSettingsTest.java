package dev.millrace.it.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** What CONFIG SET changes in the world, and who has gone is gone. */
class RunTimeSettingsTest {
    private final List<Server> servers = new ArrayList<>();

    @BeforeEach
    void start() {
        servers.add(SystemUnderTest.start(Setup.plain()));
    }

    @AfterEach
    void end() {
        servers.forEach(Server::close);
    }

    private RespConnection connect() throws IOException {
        return RespConnection.open(servers.getFirst().port());
    }

    private static ServerSocket taken() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void the_port_moves_and_who_is_in_stays() throws IOException {
        int free;
        try (ServerSocket found = taken()) {
            free = found.getLocalPort();
        }
        try (RespConnection connection = connect()) {
            int old = servers.getFirst().port();
            assertEquals("+OK\r\n", connection.call("CONFIG", "SET", "port", "" + free).raw());
            assertEquals("+PONG\r\n", connection.call("PING").raw());
            try (RespConnection other = RespConnection.open(free)) {
                assertEquals("+PONG\r\n", other.call("PING").raw());
            }
            assertThrows(IOException.class, () -> RespConnection.open(old).close());
            assertEquals("+OK\r\n", connection.call("CONFIG", "SET", "port", "" + old).raw());
        }
    }

    @Test
    void a_port_that_is_taken_leaves_everything_as_it_was() throws IOException {
        try (ServerSocket other = taken();
                RespConnection connection = connect()) {
            String refused =
                    connection
                            .call("CONFIG", "SET", "hz", "77", "port", "" + other.getLocalPort())
                            .raw();
            assertTrue(
                    refused.startsWith(
                            "-ERR CONFIG SET failed (possibly related to argument 'port') - Unable"
                                    + " to listen on this port."),
                    refused);
            assertEquals(
                    "10",
                    connection.call("CONFIG", "GET", "hz").reply().children().getLast().text());
            connect().close();
        }
    }

    @Test
    void the_sync_policy_changes_and_is_told() throws IOException {
        try (RespConnection connection = connect()) {
            for (String policy : List.of("always", "no", "everysec", "always")) {
                assertEquals(
                        "+OK\r\n", connection.call("CONFIG", "SET", "appendfsync", policy).raw());
                assertEquals("+OK\r\n", connection.call("SET", "k", policy).raw());
                assertEquals(
                        policy,
                        connection
                                .call("CONFIG", "GET", "appendfsync")
                                .reply()
                                .children()
                                .getLast()
                                .text());
            }
        }
    }

    /** Netty tells of a closed channel some turns after the end of what it has to say is read. */
    @Test
    void a_subscriber_that_has_closed_its_end_is_not_counted() throws IOException {
        try (RespConnection publisher = connect()) {
            for (int i = 0; i < 200; i++) {
                try (RespConnection subscriber = connect()) {
                    subscriber.call("SUBSCRIBE", "a");
                }
                assertEquals(":0\r\n", publisher.call("PUBLISH", "a", "x").raw());
            }
        }
    }
}
