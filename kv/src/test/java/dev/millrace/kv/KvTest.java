package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.charset.StandardCharsets;
import java.util.List;

class KvTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void a_command_is_answered() {
        assertEquals("OK", kv.call("SET", "a", "1"));
        assertEquals("1", kv.call("GET", "a"));
        assertEquals("nil", kv.call("GET", "b"));
        assertEquals(":2", kv.call("INCR", "a"));
        assertEquals("-ERR syntax error", kv.call("SET", "a", "1", "WHAT"));
        assertEquals("[2, nil]", kv.call("MGET", "a", "b"));
    }

    @Test
    void errors_show_what_c_would_print() {
        assertEquals("-ERR Unknown client type 'a'", kv.call("CLIENT", "LIST", "TYPE", "a\0b"));
        assertEquals(
                "-ERR Unknown option or number of arguments for CONFIG SET - 'a'",
                kv.call("CONFIG", "SET", "a\0b", "1"));
        assertEquals(
                "-ERR unknown command 'NO', with args beginning with: '"
                        + "x".repeat(100)
                        + "' '"
                        + "y".repeat(25)
                        + "' ",
                kv.call("NO", "x".repeat(100), "y".repeat(50), "z"));
    }

    @Test
    void what_was_done_is_there_after_a_restart() {
        kv.call("SET", "a", "1", "PX", "1000");
        kv.call("SET", "b", "\u0000\u00ff");
        kv.restart();
        assertEquals("\u0000\u00ff", kv.call("GET", "b"));
        kv.advance(1000);
        assertEquals("nil", kv.call("GET", "a"));
    }

    @Test
    void events_are_collected() {
        kv.call("SET", "a", "1", "EX", "1");
        assertEquals(List.of("new a", "set a", "expire a"), kv.events());
        kv.advance(1000);
        kv.call("GET", "a");
        assertEquals(List.of("expired a", "keymiss a"), kv.events());
    }

    @Test
    void two_clients_see_the_same_store() {
        KvClient other = kv.client();
        kv.call("SET", "a", "1");
        assertEquals("1", other.call("GET", "a"));
    }

    @Test
    void more_than_a_segment_can_be_written() {
        String value = "x".repeat(100_000);
        for (int i = 0; i < 20; i++) {
            assertEquals("OK", kv.call("SET", "a" + i, value));
        }
        assertEquals(":20", kv.call("DBSIZE"));
    }

    @Test
    void several_requests_in_one_piece_are_answered_in_order() {
        kv.first().send("SET a 1\r\nGET a\r\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals("OK", kv.first().receive());
        assertEquals("1", kv.first().receive());
        assertEquals(KvClient.NOTHING, kv.first().receive());
        kv.call("QUIT");
        assertTrue(kv.first().isClosed());
    }
}
