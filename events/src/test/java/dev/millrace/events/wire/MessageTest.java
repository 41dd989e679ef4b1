package dev.millrace.events.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.Seeds;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;

/** Messages as bytes. */
class MessageTest {
    private static byte[] written(Consumer<MessageWriter> fields) {
        ByteBuf out = Unpooled.directBuffer(1);
        try {
            MessageWriter writer = new MessageWriter(out);
            fields.accept(writer);
            writer.written();
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes);
            return bytes;
        } finally {
            out.release();
        }
    }

    private static void read(byte[] bytes, Consumer<MessageReader> taker) {
        ByteBuf in = Unpooled.directBuffer(Math.max(1, bytes.length));
        try {
            in.writeBytes(bytes);
            taker.accept(new MessageReader(in.memoryAddress(), bytes.length));
        } finally {
            in.release();
        }
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    /** The examples of protobuf.dev, "Encoding". */
    @Test
    void numbers_texts_and_messages_have_the_bytes_that_the_specification_gives() {
        assertArrayEquals(hex("08 96 01"), written(out -> out.number(1, 150)));
        assertArrayEquals(
                hex("12 07 74 65 73 74 69 6e 67"), written(out -> out.text(2, "testing")));
        assertArrayEquals(
                hex("1a 03 08 96 01"),
                written(
                        out -> {
                            int begun = out.begin(3);
                            out.number(1, 150);
                            out.end(begun);
                        }));
        assertArrayEquals(hex("08 01"), written(out -> out.signedNumber(1, -1)));
        assertArrayEquals(
                hex("08 fe ff ff ff ff ff ff ff ff 01"), written(out -> out.number(1, -2)));
    }

    @Test
    void a_message_longer_than_one_byte_tells_moves_for_its_length() {
        for (int length : new int[] {0, 1, 120, 127, 128, 129, 16_383, 16_384, 100_000}) {
            byte[] content = new byte[length];
            new SplittableRandom(length).nextBytes(content);
            byte[] bytes =
                    written(
                            out -> {
                                int begun = out.begin(9);
                                out.bytes(4, content);
                                out.end(begun);
                                out.flag(5, true);
                            });
            read(
                    bytes,
                    in -> {
                        assertTrue(in.next());
                        assertEquals(9, in.field());
                        MessageReader inner = in.message();
                        assertTrue(inner.next());
                        assertArrayEquals(content, inner.bytes());
                        assertFalse(inner.next());
                        assertTrue(in.next());
                        assertTrue(in.flag());
                        assertFalse(in.next());
                    });
        }
    }

    @Test
    void a_message_whose_length_was_guessed_has_the_bytes_of_any_other() {
        int[] lengths = {0, 1, 127, 128, 129, 16_383, 16_384, 100_000};
        for (int length : lengths) {
            byte[] content = new byte[length];
            new SplittableRandom(length).nextBytes(content);
            byte[] plain = written(out -> putMessage(out, out.begin(9), content));
            for (int expected : lengths) {
                assertArrayEquals(
                        plain, written(out -> putMessage(out, out.begin(9, expected), content)));
            }
        }
    }

    private static void putMessage(MessageWriter out, int begun, byte[] content) {
        out.bytes(4, content);
        out.end(begun);
        out.flag(5, true);
    }

    @Test
    void numbers_and_ids_as_text_are_as_java_writes_them() {
        long[] edges = {
            0, 9, 10, 99, 100, 999, 1_000, -1, -10, -100, Long.MAX_VALUE, Long.MIN_VALUE
        };
        for (long edge : edges) {
            assertArrayEquals(
                    written(out -> out.text(1, Long.toString(edge))),
                    written(out -> out.decimal(1, edge)));
        }
        Seeds.each(
                1_000,
                random -> {
                    long high = random.nextLong();
                    long low = random.nextLong() >> random.nextInt(64);
                    assertArrayEquals(
                            written(out -> out.text(2, new UUID(high, low).toString())),
                            written(out -> out.uuid(2, high, low)));
                    assertArrayEquals(
                            written(out -> out.text(1, Long.toString(low))),
                            written(out -> out.decimal(1, low)));
                });
    }

    @Test
    void what_was_prepared_is_written_like_any_field_and_what_was_cut_off_is_not_there() {
        PreparedFields prepared = PreparedFields.of(out -> out.text(2, "testing"));
        assertArrayEquals(
                hex("08 01 12 07 74 65 73 74 69 6e 67 08 02"),
                written(
                        out -> {
                            out.number(1, 1);
                            out.fields(prepared);
                            int size = out.size();
                            out.bytes(3, new byte[1_000]);
                            out.cut(size);
                            out.number(1, 2);
                        }));
    }

    @Test
    void a_message_of_a_call_has_its_length_before_it() {
        assertArrayEquals(
                hex("00 00 00 00 03 08 96 01 00 00 00 00 00"),
                written(
                        out -> {
                            int message = out.beginPrefixed();
                            out.number(1, 150);
                            out.endPrefixed(message);
                            out.endPrefixed(out.beginPrefixed());
                        }));
    }

    @Test
    void what_is_no_message_is_refused_and_nothing_behind_it_is_read() {
        for (String bad :
                new String[] {
                    "08", // a number that is not there
                    "08 80", // half a number
                    "08 ff ff ff ff ff ff ff ff ff ff 01", // a number of eleven bytes
                    "12 05 61", // five bytes, of which one is there
                    "12 ff ff ff ff ff ff ff ff ff 01", // a negative length
                    "0b", // a group
                    "00 01", // field 0
                    "09 01 02", // half of eight bytes
                }) {
            assertThrows(MalformedMessage.class, () -> read(hex(bad), in -> in.next()), bad);
        }
        read(
                hex("08 01"),
                in -> {
                    in.next();
                    assertThrows(MalformedMessage.class, in::text);
                });
    }

    @Test
    void random_bytes_are_fields_or_refused() {
        Seeds.each(2_000, MessageTest::readAnything);
    }

    private static void readAnything(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(60)];
        random.nextBytes(bytes);
        read(
                bytes,
                in -> {
                    try {
                        walk(in, 0);
                    } catch (MalformedMessage refused) {
                        assertFalse(String.valueOf(refused.getMessage()).isEmpty());
                    }
                });
    }

    private static void walk(MessageReader in, int depth) {
        while (in.next()) {
            try {
                byte[] content = in.bytes();
                assertTrue(content.length <= 60);
            } catch (MalformedMessage aNumber) {
                continue;
            }
            if (depth < 5) {
                walk(in.message(), depth + 1);
            }
        }
    }
}
