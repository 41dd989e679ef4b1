package dev.millrace.queue.amqp.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.amqp.wire.WireWriter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

class MethodsTest {
    @Test
    void a_method_is_found_by_its_numbers_and_read() {
        ByteBuf bytes = Unpooled.buffer();
        Table arguments = Table.EMPTY.with("x-max-length", 5);
        new WireWriter(bytes)
                .u16(0)
                .shortText("q")
                .bit(false)
                .bit(true)
                .bit(false)
                .bit(true)
                .bit(false)
                .table(arguments);
        assertEquals(
                new QueueMethod.Declare("q", false, true, false, true, false, arguments),
                Methods.find(50, 10).read(bytes));
    }

    @Test
    void every_method_has_a_number_and_a_name_of_its_own() {
        Set<Object> seen = new HashSet<>();
        Methods.all().forEach(one -> seen.add(one.name()));
        Methods.all().forEach(one -> seen.add(one.classId() << 16 | one.methodId()));
        assertEquals(2 * Methods.all().size(), seen.size());
    }

    @Test
    void a_method_that_ends_early_cannot_be_decoded() {
        Methods.all()
                .forEach(
                        method -> {
                            try {
                                var _ = method.read(Unpooled.EMPTY_BUFFER);
                            } catch (AmqpError refused) {
                                assertEquals(
                                        "FRAME_ERROR - cannot decode <<>>", refused.replyText());
                            }
                        });
    }

    @Test
    void a_method_that_no_client_may_send_is_refused() {
        AmqpError refused = assertThrows(AmqpError.class, () -> Methods.find(60, 60));
        assertEquals("COMMAND_INVALID - unimplemented method 60.60", refused.replyText());
    }

    @Test
    void a_reply_is_one_frame() {
        ByteBuf bytes = Unpooled.buffer();
        new QueueReply.DeclareOk("q", 1, 2).write(new WireWriter(bytes), 3);
        assertEquals(
                "01" + "0003" + "0000000e" + "0032000b" + "0171" + "00000001" + "00000002" + "ce",
                ByteBufUtil.hexDump(bytes));
    }
}
