package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireWriter;

/** What a server sends of the class {@code access} and a client does not. */
public final class AccessReply {
    private AccessReply() {}

    /** {@code access.request-ok}. */
    public record RequestOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 30, 11).u16(0).end();
        }
    }
}
