package dev.millrace.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.millrace.queue.amqp.method.Methods;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.FrameParser;
import dev.millrace.queue.amqp.wire.FrameType;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.amqp.wire.WireReader;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import java.util.ArrayList;
import java.util.List;

/** What an AMQP client may send behind the protocol header. */
class AmqpFuzzTest {
    private static final int FRAME_MAX = 4096;

    private final List<String> found = new ArrayList<>();

    @FuzzTest(maxDuration = "30s")
    void frames_are_the_same_at_once_and_byte_by_byte(byte[] sent) {
        List<String> atOnce = atOnce(sent);
        assertEquals(atOnce, byteByByte(sent));
    }

    private List<String> atOnce(byte[] sent) {
        found.clear();
        FrameParser parser = new FrameParser(FRAME_MAX);
        ByteBuf in = Unpooled.wrappedBuffer(sent);
        try {
            while (parser.parse(in, this::take)) {}
        } catch (AmqpError refused) {
            found.add(refused.code().toString());
        }
        return List.copyOf(found);
    }

    private List<String> byteByByte(byte[] sent) {
        found.clear();
        FrameParser parser = new FrameParser(FRAME_MAX);
        ByteBuf in = Unpooled.buffer();
        try {
            for (byte one : sent) {
                in.writeByte(one);
                parser.parse(in, this::take);
            }
        } catch (AmqpError refused) {
            found.add(refused.code().toString());
        }
        return List.copyOf(found);
    }

    private void take(int type, int channel, ByteBuf payload) {
        found.add(type + " " + channel + " " + read(type, payload));
    }

    private static String read(int type, ByteBuf payload) {
        try {
            return switch (type) {
                case FrameType.METHOD -> method(new WireReader(payload));
                case FrameType.HEADER -> properties(payload);
                default -> ByteBufUtil.hexDump(payload);
            };
        } catch (AmqpError refused) {
            return refused.replyText();
        }
    }

    private static String method(WireReader in) {
        return Methods.find(in.u16(), in.u16()).reader().apply(in).toString();
    }

    private static String properties(ByteBuf payload) {
        WireReader in = new WireReader(payload);
        in.u16();
        in.u16();
        long size = in.u64();
        Properties properties = Properties.of(ByteBufUtil.getBytes(payload));
        return size
                + " "
                + properties.priority()
                + properties.expiration()
                + properties.replyTo()
                + properties.headers()
                + properties.withoutExpiration().withReplyTo("x").headers();
    }
}
