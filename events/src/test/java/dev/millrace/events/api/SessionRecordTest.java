package dev.millrace.events.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;
import dev.millrace.kernel.memory.Memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;

/** Records of protocol v2. */
class SessionRecordTest {
    private static final String ID = "0123456f-89ab-4def-8123-456789abcdef";

    private interface Look {
        void at(SessionRecord record);
    }

    private static void read(Consumer<MessageWriter> fields, Look look) {
        ByteBuf bytes = Unpooled.directBuffer();
        try {
            MessageWriter out = new MessageWriter(bytes);
            fields.accept(out);
            out.written();
            look.at(
                    SessionRecord.read(
                            new MessageReader(bytes.memoryAddress(), bytes.readableBytes())));
        } finally {
            bytes.release();
        }
    }

    private static void schema(MessageWriter out, int format, String name) {
        int schema = out.begin(3);
        out.number(1, format);
        out.text(2, name);
        out.end(schema);
    }

    private static void property(MessageWriter out, String name, Consumer<MessageWriter> value) {
        int entry = out.begin(2);
        out.text(1, name);
        int begun = out.begin(2);
        value.accept(out);
        out.end(begun);
        out.end(entry);
    }

    private static String metaOf(Consumer<MessageWriter> fields) {
        String[] meta = {""};
        read(fields, record -> meta[0] = new String(record.meta(), StandardCharsets.UTF_8));
        return meta[0];
    }

    @Test
    void a_record_is_an_event_and_its_properties_are_the_metadata() {
        read(
                out -> {
                    out.text(1, ID);
                    schema(out, 1, "order-placed");
                    out.text(4, "{}");
                },
                record -> {
                    assertEquals(UUID.fromString(ID), record.id());
                    assertTrue(record.json());
                    assertArrayEquals(
                            "order-placed".getBytes(StandardCharsets.UTF_8), record.type());
                    assertArrayEquals(
                            "{}".getBytes(StandardCharsets.UTF_8),
                            Memory.bytes(record.data(), record.dataBytes()));
                });
        assertEquals(
                "{\"by\":\"me\",\"n\":42,\"$schema.name\":\"x\",\"$schema.format\":\"Bytes\"}",
                metaOf(
                        out -> {
                            property(out, "by", value -> value.text(3, "me"));
                            property(out, "n", value -> value.real(2, 42));
                            schema(out, 4, "x");
                        }));
    }

    @Test
    void properties_may_be_of_every_type() {
        assertEquals(
                "{\"a\":null,\"b\":true,\"c\":[1.5,{\"d\":\"e\"}],\"$schema.name\":\"x\",\"$schema.format\":\"Json\"}",
                metaOf(
                        out -> {
                            property(out, "a", value -> value.number(1, 0));
                            property(out, "b", value -> value.flag(4, true));
                            property(
                                    out,
                                    "c",
                                    value -> {
                                        int list = value.begin(6);
                                        int first = value.begin(1);
                                        value.real(2, 1.5);
                                        value.end(first);
                                        int second = value.begin(1);
                                        int structure = value.begin(5);
                                        int entry = value.begin(1);
                                        value.text(1, "d");
                                        int inner = value.begin(2);
                                        value.text(3, "e");
                                        value.end(inner);
                                        value.end(entry);
                                        value.end(structure);
                                        value.end(second);
                                        value.end(list);
                                    });
                            schema(out, 1, "x");
                        }));
    }

    private static void refused(String why, Consumer<MessageWriter> fields) {
        MalformedMessage malformed =
                assertThrows(MalformedMessage.class, () -> read(fields, record -> {}));
        assertTrue(String.valueOf(malformed.getMessage()).contains(why), malformed::getMessage);
    }

    @Test
    void what_kurrentdb_refuses_is_refused() {
        refused("Record ID", out -> out.text(1, "1-1-1-1-1"));
        refused("Record ID", out -> out.text(1, new UUID(0, 0).toString()));
        refused("Schema format", out -> out.text(1, ID));
        refused("Schema format", out -> schema(out, 9, "x"));
        refused("Schema name", out -> schema(out, 1, ""));
        refused("Schema name", out -> schema(out, 1, "two words"));
        refused(
                "type set",
                out -> {
                    property(out, "a", value -> {});
                    schema(out, 1, "x");
                });
        refused(
                "keys",
                out -> {
                    property(out, "", value -> value.flag(4, true));
                    schema(out, 1, "x");
                });
        refused("deeper", out -> property(out, "deep", SessionRecordTest::deep));
    }

    private static void deep(MessageWriter out) {
        int depth = 200;
        int[] begun = new int[2 * depth];
        for (int i = 0; i < depth; i++) {
            begun[2 * i] = out.begin(6);
            begun[2 * i + 1] = out.begin(1);
        }
        out.flag(4, true);
        for (int i = begun.length - 1; i >= 0; i--) {
            out.end(begun[i]);
        }
    }

    @Test
    void no_bytes_do_more_than_be_malformed() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            ByteBuf direct = Unpooled.directBuffer().writeBytes(bytes);
            try {
                assertThrows(
                        MalformedMessage.class,
                        () ->
                                SessionRecord.read(
                                        new MessageReader(direct.memoryAddress(), bytes.length)));
            } finally {
                direct.release();
            }
        }
    }
}
