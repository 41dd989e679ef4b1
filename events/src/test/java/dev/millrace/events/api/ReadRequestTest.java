package dev.millrace.events.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.events.read.Filter;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

/** What clients filter by. */
class ReadRequestTest {
    private static Filter expression(String regex) {
        ByteBuf buffer = Unpooled.directBuffer();
        try {
            MessageWriter out = new MessageWriter(buffer);
            out.text(1, regex);
            out.written();
            return ReadRequest.expression(
                    true, new MessageReader(buffer.memoryAddress(), buffer.readableBytes()));
        } finally {
            buffer.release();
        }
    }

    @Test
    void expressions_that_would_take_all_memory_are_refused() {
        assertInstanceOf(Filter.Expression.class, expression("^order-[0-9]{1,9}$"));
        MalformedMessage refused =
                assertThrows(MalformedMessage.class, () -> expression("((x{1000}){1000}){1000}"));
        assertEquals(
                "filter: expression too large: 1000000000 (expected: <= 2000)",
                refused.getMessage());
    }
}
