package dev.millrace.queue.nsq.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class BatchTest {
    private static final int MESSAGE_MAX = 8;
    private static final int BODY_MAX = 100;

    private static ByteBuf body(int count, String... messages) {
        ByteBuf body = Unpooled.buffer().writeInt(count);
        for (String message : messages) {
            body.writeInt(message.length());
            body.writeCharSequence(message, StandardCharsets.ISO_8859_1);
        }
        return body;
    }

    private static String refusal(ByteBuf body) {
        return assertThrows(Refusal.class, () -> Batch.check(body, MESSAGE_MAX, BODY_MAX)).text();
    }

    @Test
    void its_messages_come_in_order() throws Refusal {
        ByteBuf body = body(3, "a", "bcdefghi", "\n");
        assertEquals(3, Batch.check(body, MESSAGE_MAX, BODY_MAX));
        List<String> found = new ArrayList<>();
        Batch.forEach(
                body,
                (from, bytes) ->
                        found.add(
                                from.toString(
                                        from.readerIndex(), bytes, StandardCharsets.ISO_8859_1)));
        assertEquals(List.of("a", "bcdefghi", "\n"), found);
    }

    @Test
    void a_wrong_count_is_refused() {
        assertEquals("E_BAD_BODY MPUB failed to read message count", refusal(Unpooled.buffer()));
        assertEquals("E_BAD_BODY MPUB invalid message count 0", refusal(body(0)));
        assertEquals("E_BAD_BODY MPUB invalid message count -1", refusal(body(-1, "a")));
        assertEquals("E_BAD_BODY MPUB invalid message count 20", refusal(body(20, "a")));
        assertEquals(
                "E_BAD_MESSAGE MPUB failed to read message(1) body size", refusal(body(2, "a")));
    }

    @Test
    void a_wrong_length_is_refused() {
        assertEquals("E_BAD_MESSAGE MPUB invalid message(0) body size 0", refusal(body(1, "")));
        assertEquals(
                "E_BAD_MESSAGE MPUB message too big 9 > 8", refusal(body(2, "a", "123456789")));
        ByteBuf cut = body(1, "12345678");
        assertEquals(
                "E_BAD_MESSAGE MPUB failed to read message body",
                refusal(cut.writerIndex(cut.writerIndex() - 1)));
    }

    @Test
    void what_is_left_over_is_refused() {
        assertEquals("E_BAD_BODY MPUB invalid body size 10", refusal(body(1, "a").writeByte(0)));
    }
}
