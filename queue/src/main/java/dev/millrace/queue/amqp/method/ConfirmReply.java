package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireWriter;

/** What a server sends of the class {@code confirm} and a client does not. */
public final class ConfirmReply {
    private ConfirmReply() {}

    /** {@code confirm.select-ok}. */
    public record SelectOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 85, 11).end();
        }
    }
}
