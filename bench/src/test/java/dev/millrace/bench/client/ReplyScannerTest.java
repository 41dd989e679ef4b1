package dev.millrace.bench.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class ReplyScannerTest {
    private static final String REPLIES =
            "+OK\r\n$3\r\nabc\r\n$-1\r\n$0\r\n\r\n-ERR no\r\n:12\r\n$13\r\n+OK\r\n-ERR\r\n\r\n\r\n";

    @Test
    void whole_replies_are_counted_and_bulk_bytes_are_not_read_as_replies() {
        ReplyScanner scanner = new ReplyScanner();
        assertEquals(7, scanner.scan(bytes(REPLIES)));
        assertEquals(1, scanner.errors());
    }

    @Test
    void one_byte_at_a_time_gives_the_same() {
        ReplyScanner scanner = new ReplyScanner();
        int ended = 0;
        for (int at = 0; at < REPLIES.length(); at++) {
            ended += scanner.scan(bytes(REPLIES.substring(at, at + 1)));
        }
        assertEquals(7, ended);
        assertEquals(1, scanner.errors());
    }

    @Test
    void an_unknown_type_is_refused() {
        assertThrows(IllegalStateException.class, () -> new ReplyScanner().scan(bytes("*1\r\n")));
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
