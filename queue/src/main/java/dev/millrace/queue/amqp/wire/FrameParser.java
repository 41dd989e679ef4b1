package dev.millrace.queue.amqp.wire;

import io.netty.buffer.ByteBuf;

/**
 * Finds frames in what came in (specification, section 4.2.3).
 *
 * <pre>
 * type u8 | channel u16 | size u32 | payload | 0xCE
 * </pre>
 */
public final class FrameParser {
    private int frameMaxBytes;

    /**
     * One that takes frames of at most so many bytes.
     *
     * @param frameMaxBytes with what surrounds the payload; 0: any size
     */
    public FrameParser(int frameMaxBytes) {
        this.frameMaxBytes = frameMaxBytes;
    }

    /** From now on; see the constructor. */
    public void frameMax(int bytes) {
        frameMaxBytes = bytes;
    }

    /**
     * Reads one frame and gives it to a taker, if all of it is there.
     *
     * @return false if more must come first; nothing was read
     * @throws AmqpError with FRAME_ERROR if these are no frames; nothing after it makes sense
     */
    public boolean parse(ByteBuf in, FrameTaker taker) {
        if (in.readableBytes() < FrameType.HEADER_BYTES) {
            return false;
        }
        int start = in.readerIndex();
        int type = in.getUnsignedByte(start);
        int channel = in.getUnsignedShort(start + 1);
        long size = in.getUnsignedInt(start + 3);
        requireSize(type, size);
        if (in.readableBytes() < size + FrameType.EMPTY_BYTES) {
            return false;
        }
        int end = start + FrameType.HEADER_BYTES + (int) size;
        int mark = in.getUnsignedByte(end);
        if (mark != FrameType.END) {
            throw AmqpError.frameError(
                    "type %d, %s: {invalid_frame_end_marker,%d}"
                            .formatted(type, snippet(in, start, (int) size), mark));
        }
        if (type == FrameType.HEARTBEAT
                ? size > 0
                : type < FrameType.METHOD || type > FrameType.BODY) {
            throw AmqpError.frameError(
                    "type %d, %s: unknown_frame".formatted(type, snippet(in, start, (int) size)));
        }
        ByteBuf payload = in.slice(start + FrameType.HEADER_BYTES, (int) size);
        in.readerIndex(end + 1);
        taker.frame(type, channel, payload);
        return true;
    }

    /** As RabbitMQ does: clients that forget the eight octets around a payload are let through. */
    private void requireSize(int type, long size) {
        long allowed = frameMaxBytes == 0 ? Integer.MAX_VALUE - 64 : frameMaxBytes;
        if (size > allowed) {
            throw AmqpError.frameError(
                    "type %d, all octets = <<>>: {frame_too_large,%d,%d}"
                            .formatted(type, size, allowed - FrameType.EMPTY_BYTES));
        }
    }

    private static String snippet(ByteBuf in, int start, int size) {
        return Octets.snippet(in.slice(start + FrameType.HEADER_BYTES, size));
    }
}
