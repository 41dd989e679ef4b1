package dev.millrace.queue.nsq.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class LineTest {
    private static Line line(String text) {
        ByteBuf in = Unpooled.copiedBuffer(text + "\n", StandardCharsets.UTF_8);
        Line line = new Line();
        line.read(in, in.readableBytes() - 1);
        assertFalse(in.isReadable());
        return line;
    }

    @Test
    void words_stand_between_single_spaces() {
        Line line = line("PUB topic  x");
        assertEquals(4, line.words());
        assertEquals("topic", line.text(1));
        assertEquals(0, line.length(2));
        assertTrue(line.is(1, "topic".getBytes(StandardCharsets.UTF_8)));
        assertFalse(line.is(1, "topi".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void a_verb_is_a_number_and_what_is_too_long_is_none() {
        assertEquals(Line.packed("IDENTIFY"), line("IDENTIFY").verb());
        assertEquals(Line.packed("FIN"), line("FIN 0123456789abcdef").verb());
        assertEquals(0, line("IDENTIFYX").verb());
        assertEquals(0, line("").verb());
    }

    @Test
    void digits_make_a_number_and_nothing_else_does() {
        assertEquals(2500, line("RDY 2500").decimal(1));
        assertEquals(0, line("RDY ").decimal(1));
        assertEquals(Line.NO_NUMBER, line("RDY -1").decimal(1));
        assertEquals(Line.NO_NUMBER, line("RDY 1x").decimal(1));
        assertEquals(Long.MAX_VALUE, line("RDY 9223372036854775807").decimal(1));
        assertEquals(Long.MAX_VALUE, line("RDY 9223372036854775808").decimal(1));
        assertEquals(Long.MAX_VALUE, line("RDY 99999999999999999999999").decimal(1));
    }

    @Test
    void a_message_id_comes_back_as_it_was_sent() throws Refusal {
        assertEquals(0x0123456789abcdefL, line("FIN 0123456789abcdef").messageId(1));
        assertEquals(Line.NO_NUMBER, line("FIN 0123456789ABCDEF").messageId(1));
        assertEquals(Line.NO_NUMBER, line("FIN 0123456789abcdeg").messageId(1));
        Refusal refusal = assertThrows(Refusal.class, () -> line("FIN 123").messageId(1));
        assertEquals("E_INVALID invalid message ID", refusal.text());
        assertTrue(refusal.isClosing());
    }

    @Test
    void a_word_is_quoted_as_go_does_it() {
        assertEquals("\"a\\\"b\\\\c\"", line("X a\"b\\c").quoted(1));
        assertEquals("\"\\t\\x00\\x7f\\r\"", line("X \t\0\u007f\r more").quoted(1));
        assertEquals("\"grüß\"", line("X grüß").quoted(1));
    }
}
