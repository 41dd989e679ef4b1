package dev.millrace.queue.nsq.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;

class FramesTest {
    private static String hex(ByteBuf frame) {
        return ByteBufUtil.hexDump(frame);
    }

    @Test
    void a_response_is_its_length_its_type_and_its_text() {
        ByteBuf out = Unpooled.buffer();
        Frames.response(out, "OK");
        assertEquals("00000006" + "00000000" + "4f4b", hex(out));
    }

    @Test
    void an_error_starts_with_its_code() {
        ByteBuf out = Unpooled.buffer();
        Frames.error(out, Refusal.closing("E_X", "ü"));
        assertEquals("0000000a" + "00000001" + "455f5820c3bc", hex(out));
    }

    @Test
    void a_message_has_its_time_its_attempts_and_its_id() {
        ByteBuf out = Unpooled.buffer();
        Frames.message(out, 0x1122334455667788L, 3, 0xfedcba9876543210L, 5);
        assertEquals(
                "00000023"
                        + "00000002"
                        + "1122334455667788"
                        + "0003"
                        + "66656463626139383736353433323130",
                hex(out));
        assertEquals(Frames.MESSAGE_OVERHEAD, out.readableBytes());
    }

    @Test
    void attempts_beyond_what_two_bytes_hold_stay_there() {
        ByteBuf out = Unpooled.buffer();
        Frames.message(out, 0, 70_000, 0, 1);
        assertEquals(0xffff, out.getUnsignedShort(16));
    }
}
