package dev.millrace.it.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.MillraceProcess;
import dev.millrace.it.server.RedisProcess;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;

/** MIGRATE to a Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MigrateTest {
    private final Server here = MillraceProcess.start(Setup.plain().withLoops(2));
    private final Server there = RedisProcess.start(Setup.plain());

    @AfterAll
    void end() {
        here.close();
        there.close();
    }

    @BeforeEach
    void empty() throws IOException {
        here("FLUSHALL");
        there("FLUSHALL");
    }

    private String here(String... words) throws IOException {
        return call(here, words);
    }

    private String there(String... words) throws IOException {
        return call(there, words);
    }

    private static String call(Server server, String... words) throws IOException {
        try (RespConnection client = RespConnection.open(server.port())) {
            return client.call(words).raw();
        }
    }

    private String port() {
        return "" + there.port();
    }

    @Test
    void a_key_is_there_and_no_more_here() throws IOException {
        here("SET", "a", "1", "PX", "100000");
        assertEquals("+OK\r\n", here("MIGRATE", "127.0.0.1", port(), "a", "0", "1000"));
        assertEquals(":0\r\n", here("EXISTS", "a"));
        assertEquals("$1\r\n1\r\n", there("GET", "a"));
        assertEquals(":1\r\n", there("PERSIST", "a"));
    }

    @Test
    void several_move_together_and_those_that_are_not_there_are_left_out() throws IOException {
        here("RPUSH", "l", "a", "b");
        here("HSET", "h", "f", "v");
        String[] all = {"MIGRATE", "127.0.0.1", port(), "", "0", "1000", "KEYS", "l", "none", "h"};
        assertEquals("+OK\r\n", here(all));
        assertEquals(":2\r\n", there("EXISTS", "l", "h"));
        assertEquals(":0\r\n", here("DBSIZE"));
        assertEquals("+NOKEY\r\n", here(all));
    }

    @Test
    void what_is_refused_there_stays_here() throws IOException {
        here("SET", "a", "new");
        there("SET", "a", "old");
        assertEquals(
                "-ERR Target instance replied with error: BUSYKEY Target key name already"
                        + " exists.\r\n",
                here("MIGRATE", "127.0.0.1", port(), "a", "0", "1000"));
        assertEquals(":1\r\n", here("EXISTS", "a"));
        assertEquals(
                "+OK\r\n",
                here("MIGRATE", "127.0.0.1", port(), "a", "0", "1000", "COPY", "REPLACE"));
        assertEquals(":1\r\n", here("EXISTS", "a"));
        assertEquals("$3\r\nnew\r\n", there("GET", "a"));
    }

    @Test
    void who_cannot_be_reached_takes_nothing() throws IOException {
        here("SET", "a", "1");
        assertEquals(
                "-IOERR error or timeout communicating with the target instance\r\n",
                here("MIGRATE", "127.0.0.1", "1", "a", "0", "200"));
        assertEquals(":1\r\n", here("EXISTS", "a"));
    }

    @Test
    void it_is_refused_in_a_transaction() throws IOException {
        try (RespConnection client = RespConnection.open(here.port())) {
            client.call("SET", "a", "1");
            client.call("MULTI");
            client.call("MIGRATE", "127.0.0.1", port(), "a", "0", "1000");
            assertEquals(
                    "*1\r\n-ERR MIGRATE is not allowed in a transaction or a script\r\n",
                    client.call("EXEC").raw());
        }
    }
}
