package dev.millrace.queue.amqp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

class FieldsTest {
    private final ByteBuf bytes = Unpooled.buffer();
    private final WireWriter out = new WireWriter(bytes);
    private final WireReader in = new WireReader(bytes);

    @Test
    void every_table_comes_back_as_it_was() {
        Seeds.each(
                500,
                random -> {
                    ByteBuf written = Unpooled.buffer();
                    Table table = RandomFields.table(random, 3);
                    new WireWriter(written).table(table).octet(7);
                    WireReader reader = new WireReader(written);
                    assertEquals(table, reader.table());
                    assertEquals(7, reader.octet());
                });
    }

    @Test
    void a_table_that_ends_early_is_an_error_wherever_it_does() {
        Seeds.each(
                200,
                random -> {
                    ByteBuf written = Unpooled.buffer();
                    new WireWriter(written).table(RandomFields.table(random, 3));
                    for (int end = 0; end < written.writerIndex(); end++) {
                        WireReader cut = new WireReader(written.copy(0, end));
                        assertThrows(AmqpError.class, cut::table);
                    }
                });
    }

    @Test
    void consecutive_bits_share_an_octet_and_another_field_begins_a_new_one() {
        out.bit(true).bit(false).bit(true).octet(9);
        for (int i = 0; i < 10; i++) {
            out.bit(i % 3 == 0);
        }
        out.octet(1);
        assertEquals(1 + 1 + 2 + 1, bytes.readableBytes());
        assertTrue(in.bit());
        assertFalse(in.bit());
        assertTrue(in.bit());
        assertEquals(9, in.octet());
        for (int i = 0; i < 10; i++) {
            assertEquals(i % 3 == 0, in.bit());
        }
        assertEquals(1, in.octet());
    }

    @Test
    void a_short_text_that_is_too_long_is_cut_before_a_character() {
        out.shortText("x".repeat(254) + "é");
        assertEquals("x".repeat(254), in.shortText());
    }

    @Test
    void both_kinds_of_long_are_signed_64_bits() {
        bytes.writeInt(2 + 2 * 9 + 2).writeByte(1).writeByte('a').writeByte('L').writeLong(-1);
        bytes.writeByte(1).writeByte('b').writeByte('l').writeLong(-2);
        Table table = in.table();
        assertEquals(-1, table.whole("a").orElseThrow());
        assertEquals(-2, table.whole("b").orElseThrow());
    }

    @Test
    void tables_that_lie_too_deep_in_each_other_are_refused() {
        Table table = Table.EMPTY;
        for (int i = 0; i < 100; i++) {
            table = Table.EMPTY.with("t", table);
        }
        out.table(table);
        AmqpError refused = assertThrows(AmqpError.class, in::table);
        assertEquals(ReplyCode.SYNTAX_ERROR, refused.code());
    }

    @Test
    void an_unknown_field_type_is_refused() {
        bytes.writeInt(3).writeByte(1).writeByte('a').writeByte('?');
        assertThrows(AmqpError.class, in::table);
    }
}
