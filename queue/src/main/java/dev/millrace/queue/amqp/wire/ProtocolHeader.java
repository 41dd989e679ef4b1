package dev.millrace.queue.amqp.wire;

import io.netty.buffer.ByteBuf;

import java.nio.charset.StandardCharsets;

/** The first eight octets of a connection (specification, section 4.2.2). */
public final class ProtocolHeader {
    public static final int BYTES = 8;

    private static final byte[] AMQP = "AMQP".getBytes(StandardCharsets.US_ASCII);

    private ProtocolHeader() {}

    /**
     * Reads one.
     *
     * @return true if this peer speaks 0-9-1, or 0-9, which is near enough
     */
    public static boolean read(ByteBuf in) {
        boolean amqp = true;
        for (byte wanted : AMQP) {
            amqp &= in.readByte() == wanted;
        }
        int version = in.readInt();
        return amqp && (version == 0x00_00_09_01 || version == 0x01_01_00_09);
    }

    /** What a peer that spoke otherwise is told before its connection closes. */
    public static void write(ByteBuf out) {
        out.writeBytes(AMQP);
        out.writeInt(0x00_00_09_01);
    }
}
