package dev.millrace.it.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A password stands before everything but what one needs to give it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthenticationTest {
    private static final String PASSWORD = "s\0cret";
    private static final String NOAUTH = "-NOAUTH Authentication required.\r\n";
    private static final String WRONGPASS =
            "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
    private static final String NO_PASSWORD =
            "-ERR AUTH <password> called without any password configured for the default user."
                    + " Are you sure your configuration is correct?\r\n";
    private static final String HELLO_WITHOUT_AUTH =
            "-NOAUTH HELLO must be called with the client already authenticated, otherwise the"
                    + " HELLO AUTH <user> <pass> option can be used to authenticate the"
                    + " client and select the RESP protocol version at the same time\r\n";

    private final List<Server> servers = new ArrayList<>();

    @BeforeAll
    void start() throws IOException {
        servers.add(SystemUnderTest.start(Setup.plain()));
        try (RespConnection admin = connect()) {
            assertEquals(NO_PASSWORD, admin.call("AUTH", "any").raw());
            assertEquals("+OK\r\n", admin.call("AUTH", "default", "any").raw());
            assertEquals(WRONGPASS, admin.call("AUTH", "bob", "any").raw());
            assertEquals("+OK\r\n", admin.call("CONFIG", "SET", "requirepass", PASSWORD).raw());
            // Who is in stays in.
            assertEquals("+PONG\r\n", admin.call("PING").raw());
        }
    }

    @AfterAll
    void end() {
        servers.forEach(Server::close);
    }

    @Test
    void nothing_is_done_for_a_stranger() throws IOException {
        try (RespConnection stranger = connect()) {
            assertEquals(NOAUTH, stranger.call("PING").raw());
            assertEquals(NOAUTH, stranger.call("SET", "k", "v").raw());
            assertEquals(NOAUTH, stranger.call("MULTI").raw());
            assertEquals(NOAUTH, stranger.call("SUBSCRIBE", "news").raw());
            assertEquals(HELLO_WITHOUT_AUTH, stranger.call("HELLO", "3").raw());
            assertEquals("+RESET\r\n", stranger.call("RESET").raw());
            assertEquals("+OK\r\n", stranger.call("QUIT").raw());
            assertTrue(stranger.closedByPeer());
        }
    }

    @Test
    void a_wrong_password_is_refused() throws IOException {
        try (RespConnection stranger = connect()) {
            assertEquals(WRONGPASS, stranger.call("AUTH", "s").raw());
            assertEquals(WRONGPASS, stranger.call("AUTH", PASSWORD + "x").raw());
            assertEquals(WRONGPASS, stranger.call("AUTH", "").raw());
            assertEquals(WRONGPASS, stranger.call("AUTH", "bob", PASSWORD).raw());
            assertEquals(WRONGPASS, stranger.call("HELLO", "3", "AUTH", "default", "no").raw());
            assertEquals("-ERR syntax error\r\n", stranger.call("AUTH", "a", "b", "c").raw());
            assertEquals(NOAUTH, stranger.call("GET", "k").raw());
        }
    }

    @Test
    void the_right_password_opens_the_door() throws IOException {
        try (RespConnection first = connect();
                RespConnection second = connect();
                RespConnection third = connect()) {
            assertEquals("+OK\r\n", first.call("AUTH", PASSWORD).raw());
            assertEquals("+OK\r\n", second.call("AUTH", "default", PASSWORD).raw());
            third.call("HELLO", "3", "AUTH", "default", PASSWORD);
            for (RespConnection connection : List.of(first, second, third)) {
                assertEquals("+OK\r\n", connection.call("SET", "k", "v").raw());
            }
            assertEquals("+RESET\r\n", first.call("RESET").raw());
            assertEquals(NOAUTH, first.call("GET", "k").raw());
        }
    }

    @Test
    void a_stranger_may_not_announce_much() throws IOException {
        assertCloses("*11\r\n", "unauthenticated multibulk length");
        assertCloses("*2\r\n$16385\r\n", "unauthenticated bulk length");
    }

    private void assertCloses(String sent, String error) throws IOException {
        try (RespConnection stranger = connect()) {
            stranger.write(sent);
            assertEquals("-ERR Protocol error: " + error + "\r\n", stranger.read().raw());
            assertTrue(stranger.closedByPeer());
        }
    }

    private RespConnection connect() throws IOException {
        return RespConnection.open(servers.getFirst().port());
    }
}
