package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireWriter;

/** What a server sends of the class {@code channel} and a client does not. */
public final class ChannelReply {
    private ChannelReply() {}

    /** {@code channel.open-ok}. */
    public record OpenOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 20, 11).longText("").end();
        }
    }
}
