package dev.millrace.queue.amqp.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Optional;

class PropertiesTest {
    private static final Table HEADERS = Table.EMPTY.with("a", "b");

    /** All fourteen of them. */
    private static byte[] all() {
        ByteBuf bytes = Unpooled.buffer();
        new WireWriter(bytes)
                .u16(0xfffc)
                .shortText("text/plain")
                .shortText("gzip")
                .table(HEADERS)
                .octet(2)
                .octet(9)
                .shortText("correlation")
                .shortText("reply")
                .shortText("60000")
                .shortText("message")
                .u64(1_700_000_000)
                .shortText("type")
                .shortText("guest")
                .shortText("app")
                .shortText("cluster");
        return ByteBufUtil.getBytes(bytes);
    }

    @Test
    void what_decides_something_is_found_among_all_properties() {
        Properties properties = Properties.of(all());
        assertTrue(properties.isPersistent());
        assertEquals(9, properties.priority());
        assertEquals(Optional.of("reply"), properties.replyTo());
        assertEquals(Optional.of("60000"), properties.expiration());
        assertEquals(Optional.of("guest"), properties.userId());
        assertEquals(HEADERS, properties.headers());
    }

    @Test
    void nothing_is_found_where_there_is_nothing() {
        assertFalse(Properties.NONE.isPersistent());
        assertEquals(0, Properties.NONE.priority());
        assertEquals(Optional.empty(), Properties.NONE.expiration());
        assertEquals(Table.EMPTY, Properties.NONE.headers());
    }

    @Test
    void a_property_is_changed_and_the_others_stay() {
        Properties properties = Properties.of(all());
        Table more = HEADERS.with("c", 1);
        Properties changed = properties.withHeaders(more).withoutExpiration().withReplyTo("there");
        assertEquals(more, changed.headers());
        assertEquals(Optional.empty(), changed.expiration());
        assertEquals(Optional.of("there"), changed.replyTo());
        assertEquals(9, changed.priority());
        assertEquals(Optional.of("guest"), changed.userId());
        assertArrayEquals(
                properties.raw(), properties.withHeaders(HEADERS).withReplyTo("reply").raw());
    }

    @Test
    void a_property_is_added_where_none_was() {
        Properties changed = Properties.NONE.withReplyTo("there").withHeaders(HEADERS);
        assertEquals(Optional.of("there"), changed.replyTo());
        assertEquals(HEADERS, changed.headers());
    }

    @Test
    void properties_that_end_early_or_late_are_refused() {
        byte[] all = all();
        for (int end = 0; end < all.length; end++) {
            byte[] cut = Arrays.copyOf(all, end);
            assertThrows(AmqpError.class, () -> Properties.of(cut));
        }
        byte[] more = Arrays.copyOf(all, all.length + 1);
        assertThrows(AmqpError.class, () -> Properties.of(more));
    }
}
