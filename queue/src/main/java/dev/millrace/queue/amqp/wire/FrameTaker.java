package dev.millrace.queue.amqp.wire;

import io.netty.buffer.ByteBuf;

/** Takes whole frames, one after another. */
@FunctionalInterface
public interface FrameTaker {
    /**
     * One frame.
     *
     * @param channel 0 to 65535
     * @param payload its readable bytes are the payload; good for this call only
     */
    void frame(int type, int channel, ByteBuf payload);
}
