package dev.millrace.kv.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kv.KvLanes;
import dev.millrace.kv.LaneClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuthenticationTest {
    private static final String WRONG =
            "-WRONGPASS invalid username-password pair or user is disabled.";

    private final KvLanes kv = KvLanes.open(1);

    @AfterEach
    void close() {
        kv.close();
    }

    @Test
    void without_a_password_everybody_is_the_default_user() {
        LaneClient client = kv.client(0);
        assertEquals(
                "-ERR AUTH <password> called without any password configured for the default user."
                        + " Are you sure your configuration is correct?",
                client.call("AUTH x"));
        assertEquals("OK", client.call("AUTH default x"));
        assertEquals(WRONG, client.call("AUTH bob x"));
        assertEquals("-ERR syntax error", client.call("AUTH a b c"));
    }

    @Test
    void with_a_password_nothing_else_goes_before_it() {
        kv.client(0).call("CONFIG SET requirepass secret");
        LaneClient client = kv.client(0);
        assertEquals("-NOAUTH Authentication required.", client.call("GET a"));
        assertEquals("-ERR wrong number of arguments for 'get' command", client.call("GET a b"));
        assertEquals(WRONG, client.call("AUTH wrong"));
        assertEquals("-NOAUTH Authentication required.", client.call("PING"));
        assertEquals("OK", client.call("AUTH secret"));
        assertEquals("PONG", client.call("PING"));
        assertEquals("RESET", client.call("RESET"));
        assertEquals("-NOAUTH Authentication required.", client.call("PING"));
    }

    @Test
    void a_password_that_is_taken_away_frees_who_waits_for_it() {
        LaneClient before = kv.client(0);
        before.call("CONFIG SET requirepass secret");
        LaneClient client = kv.client(0);
        assertEquals("-NOAUTH Authentication required.", client.call("PING"));
        assertEquals("OK", before.calls("CONFIG SET requirepass ").getFirst());
        assertEquals("PONG", client.call("PING"));
    }

    @Test
    void hello_does_it_all_at_once() {
        kv.client(0).call("CONFIG SET requirepass secret");
        LaneClient client = kv.client(0);
        assertTrue(
                client.call("HELLO 3").startsWith("-NOAUTH HELLO must be called with the client"));
        assertEquals(WRONG, client.call("HELLO 3 AUTH default wrong"));
        String greeting = client.call("HELLO 3 AUTH default secret SETNAME bob");
        assertTrue(greeting.startsWith("{server=redis, version=7.0.15, proto=:3, id=:"), greeting);
        assertTrue(greeting.endsWith("mode=standalone, role=master, modules=[]}"), greeting);
        assertEquals("bob", client.call("CLIENT GETNAME"));
        assertEquals("-NOPROTO unsupported protocol version", client.call("HELLO 4"));
        assertEquals("-ERR Syntax error in HELLO option 'what'", client.call("HELLO 2 what"));
    }
}
