package dev.millrace.kv.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kv.Kv;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RepliesOffTest {
    @RegisterExtension static final Kv kv = Kv.open();

    @Test
    void what_follows_client_reply_off_in_a_transaction_is_not_answered() {
        kv.call("MULTI");
        kv.call("SET", "a", "1");
        kv.call("CLIENT", "REPLY", "OFF");
        kv.call("INCR", "a");
        assertEquals("*3\r\n+OK\r\n", kv.first().raw("EXEC"));
        assertEquals("", kv.first().raw("PING"));
        assertEquals("+OK\r\n", kv.first().raw("CLIENT", "REPLY", "ON"));
        assertEquals("2", kv.call("GET", "a"));
    }
}
