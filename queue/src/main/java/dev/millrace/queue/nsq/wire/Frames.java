package dev.millrace.queue.nsq.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * What goes to a client.
 *
 * <pre>
 * frame     bytes u32 (of what follows) | type u32 | data
 * response  type 0, error type 1: text
 * message   type 2: timestamp ns u64 | attempts u16 | id, 16 hexadecimal digits | body
 * </pre>
 *
 * @see <a href="https://nsq.io/clients/tcp_protocol_spec.html#data-format">Data Format</a>
 */
public final class Frames {
    /** A message's id as it is sent. */
    public static final int ID_BYTES = 16;

    /** What a message's frame takes beyond its body. */
    public static final int MESSAGE_OVERHEAD =
            2 * Integer.BYTES + Long.BYTES + Short.BYTES + ID_BYTES;

    private static final int RESPONSE = 0;
    private static final int ERROR = 1;
    private static final int MESSAGE = 2;
    private static final byte[] DIGITS = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private Frames() {}

    /** A response. */
    public static void response(ByteBuf out, String text) {
        text(out, RESPONSE, text);
    }

    /** An error. */
    public static void error(ByteBuf out, Refusal refusal) {
        text(out, ERROR, refusal.text());
    }

    private static void text(ByteBuf out, int type, String text) {
        out.writeInt(Integer.BYTES + ByteBufUtil.utf8Bytes(text));
        out.writeInt(type);
        ByteBufUtil.writeUtf8(out, text);
    }

    /**
     * All of a message's frame before its body.
     *
     * @param timestampNanos since 1970
     * @param attempts with this one; more than 65535 are sent as 65535
     */
    public static void message(
            ByteBuf out, long timestampNanos, int attempts, long id, int bodyBytes) {
        out.writeInt(MESSAGE_OVERHEAD - Integer.BYTES + bodyBytes);
        out.writeInt(MESSAGE);
        out.writeLong(timestampNanos);
        out.writeShort(Math.min(attempts, 0xffff));
        for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
            out.writeByte(DIGITS[(int) (id >>> shift) & 0xf]);
        }
    }
}
