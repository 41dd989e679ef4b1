package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireWriter;

/** What a server sends of the class {@code queue} and a client does not. */
public final class QueueReply {
    private QueueReply() {}

    /** {@code queue.declare-ok}. */
    public record DeclareOk(String queue, long messageCount, long consumerCount) implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 50, 11).shortText(queue).u32(messageCount).u32(consumerCount).end();
        }
    }

    /** {@code queue.bind-ok}. */
    public record BindOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 50, 21).end();
        }
    }

    /** {@code queue.purge-ok}. */
    public record PurgeOk(long messageCount) implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 50, 31).u32(messageCount).end();
        }
    }

    /** {@code queue.delete-ok}. */
    public record DeleteOk(long messageCount) implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 50, 41).u32(messageCount).end();
        }
    }

    /** {@code queue.unbind-ok}. */
    public record UnbindOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 50, 51).end();
        }
    }
}
