package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireWriter;

/** What a server sends of the class {@code exchange} and a client does not. */
public final class ExchangeReply {
    private ExchangeReply() {}

    /** {@code exchange.declare-ok}. */
    public record DeclareOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 40, 11).end();
        }
    }

    /** {@code exchange.delete-ok}. */
    public record DeleteOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 40, 21).end();
        }
    }

    /** {@code exchange.bind-ok}. */
    public record BindOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 40, 31).end();
        }
    }

    /** {@code exchange.unbind-ok}. */
    public record UnbindOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 40, 51).end();
        }
    }
}
