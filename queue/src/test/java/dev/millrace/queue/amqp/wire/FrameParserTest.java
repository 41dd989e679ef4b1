package dev.millrace.queue.amqp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.kernel.Seeds;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

class FrameParserTest {
    private final List<String> found = new ArrayList<>();

    private void take(int type, int channel, ByteBuf payload) {
        found.add(type + "/" + channel + "/" + ByteBufUtil.hexDump(payload));
    }

    private static ByteBuf frame(int type, int channel, byte[] payload) {
        ByteBuf bytes = Unpooled.buffer();
        bytes.writeByte(type).writeShort(channel).writeInt(payload.length).writeBytes(payload);
        return bytes.writeByte(FrameType.END);
    }

    private static byte[] draw(RandomGenerator random) {
        byte[] payload = new byte[random.nextInt(40)];
        random.nextBytes(payload);
        return payload;
    }

    @Test
    void frames_are_the_same_at_once_and_byte_by_byte() {
        Seeds.each(
                200,
                random -> {
                    ByteBuf sent = Unpooled.buffer();
                    for (int i = random.nextInt(1, 6); i > 0; i--) {
                        sent.writeBytes(
                                frame(random.nextInt(1, 4), random.nextInt(9), draw(random)));
                    }
                    found.clear();
                    FrameParser parser = new FrameParser(4096);
                    ByteBuf whole = sent.copy();
                    while (parser.parse(whole, this::take)) {}
                    List<String> atOnce = List.copyOf(found);
                    found.clear();
                    ByteBuf come = Unpooled.buffer();
                    while (sent.isReadable()) {
                        come.writeByte(sent.readByte());
                        parser.parse(come, this::take);
                    }
                    assertEquals(atOnce, found);
                    assertFalse(come.isReadable());
                });
    }

    @Test
    void a_frame_that_does_not_end_with_its_octet_is_a_frame_error() {
        ByteBuf sent = frame(1, 0, new byte[] {1, 2});
        sent.setByte(9, 0xcd);
        AmqpError refused =
                assertThrows(AmqpError.class, () -> new FrameParser(0).parse(sent, this::take));
        assertEquals(
                "FRAME_ERROR - type 1, all octets = <<1,2>>: {invalid_frame_end_marker,205}",
                refused.replyText());
    }

    @Test
    void a_frame_is_refused_by_its_length_before_it_is_there() {
        ByteBuf sent = Unpooled.buffer().writeByte(3).writeShort(1).writeInt(5000);
        AmqpError refused =
                assertThrows(AmqpError.class, () -> new FrameParser(4096).parse(sent, this::take));
        assertEquals(ReplyCode.FRAME_ERROR, refused.code());
        assertEquals(List.of(), found);
    }

    @Test
    void a_frame_max_of_zero_allows_any_size() {
        ByteBuf sent = frame(3, 1, new byte[1 << 20]);
        new FrameParser(0).parse(sent, this::take);
        assertEquals(1, found.size());
    }
}
