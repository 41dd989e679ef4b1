package dev.millrace.events.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.events.group.ConsumerStrategy;
import dev.millrace.events.group.Group;
import dev.millrace.events.read.Filter;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.util.function.Consumer;

/** What clients of all ages ask for. */
class GroupRequestTest {
    private static void put(MessageWriter out, int field, Consumer<MessageWriter> fields) {
        int begun = out.begin(field);
        fields.accept(out);
        out.end(begun);
    }

    private static void nothing(MessageWriter out) {
        assertNotNull(out);
    }

    /** A request with these options. */
    private static GroupRequest read(Consumer<MessageWriter> options) {
        ByteBuf buffer = Unpooled.directBuffer();
        try {
            MessageWriter out = new MessageWriter(buffer);
            put(out, 1, options);
            out.written();
            return GroupRequest.read(
                    new MessageReader(buffer.memoryAddress(), buffer.readableBytes()));
        } finally {
            buffer.release();
        }
    }

    private static GroupRequest ofStream(Consumer<MessageWriter> settings) {
        return read(
                out -> {
                    out.text(2, "g");
                    put(out, 3, settings);
                    put(
                            out,
                            4,
                            stream -> {
                                put(stream, 1, name -> name.text(3, "s"));
                                put(stream, 4, GroupRequestTest::nothing);
                            });
                });
    }

    @Test
    void a_client_of_version_20_names_stream_and_revision_in_the_old_fields() {
        GroupRequest request =
                read(
                        out -> {
                            put(out, 1, name -> name.text(3, "s"));
                            out.text(2, "g");
                            put(
                                    out,
                                    3,
                                    settings -> {
                                        settings.number(2, 17);
                                        settings.number(4, 300_000_000L);
                                        settings.number(6, 20_000_000L);
                                        settings.number(12, 500);
                                        settings.number(13, 1);
                                    });
                        });
        assertEquals(new Group.Key("s", "g"), request.key());
        assertEquals(17, request.from());
        assertEquals(30_000, request.settings().messageTimeoutMillis());
        assertEquals(2_000, request.settings().checkpointAfterMillis());
        assertEquals(ConsumerStrategy.ROUND_ROBIN, request.settings().strategy());
        assertEquals("", request.objectionToSettings(0));
    }

    @Test
    void the_new_fields_go_before_the_old_ones() {
        GroupRequest request =
                read(
                        out -> {
                            put(out, 1, name -> name.text(3, "old"));
                            out.text(2, "g");
                            put(
                                    out,
                                    3,
                                    settings -> {
                                        settings.number(2, 17);
                                        settings.number(13, 2);
                                        settings.text(16, "PinnedByCorrelation");
                                        settings.number(14, 1_500);
                                    });
                            put(
                                    out,
                                    4,
                                    stream -> {
                                        put(stream, 1, name -> name.text(3, "s"));
                                        stream.number(2, 5);
                                    });
                        });
        assertEquals("s", request.key().stream());
        assertEquals(5, request.from());
        assertEquals(1_500, request.settings().messageTimeoutMillis());
        assertEquals(ConsumerStrategy.PINNED_BY_CORRELATION, request.settings().strategy());
    }

    @Test
    void all_has_positions_and_filters() {
        GroupRequest request =
                read(
                        out -> {
                            out.text(2, "g");
                            put(out, 3, GroupRequestTest::nothing);
                            put(
                                    out,
                                    5,
                                    all -> {
                                        put(
                                                all,
                                                1,
                                                position -> {
                                                    position.number(1, 9);
                                                    position.number(2, 8);
                                                });
                                        put(
                                                all,
                                                4,
                                                filter ->
                                                        put(
                                                                filter,
                                                                2,
                                                                expression ->
                                                                        expression.text(1, "^t")));
                                    });
                        });
        assertEquals(new Group.Key(Group.ALL, "g"), request.key());
        assertEquals(9, request.from());
        assertEquals("", request.objectionToSettings(9));
        assertTrue(request.objectionToSettings(8).contains("last commit position"));
        assertTrue(((Filter.Expression) request.settings().filter()).byType());
    }

    @Test
    void what_no_group_can_have_is_refused() {
        assertTrue(
                assertThrows(MalformedMessage.class, () -> read(GroupRequestTest::nothing))
                        .toString()
                        .contains("without settings"));
        assertTrue(
                assertThrows(
                                MalformedMessage.class,
                                () -> ofStream(settings -> settings.number(5, -1)))
                        .toString()
                        .contains("max_retry_count: -1 (expected: 0 to 2147483647)"));
        assertTrue(
                ofStream(settings -> settings.text(16, "Fastest"))
                        .objectionToSettings(0)
                        .contains("Consumer strategy Fastest does not exist."));
        assertTrue(
                ofStream(settings -> settings.number(11, 20))
                        .objectionToSizes()
                        .contains("may not be greater than or equal to BufferSize"));
        assertThrows(
                MalformedMessage.class,
                () ->
                        read(
                                out -> {
                                    out.text(2, "g".repeat(1 << 16));
                                    put(out, 3, GroupRequestTest::nothing);
                                }));
    }
}
