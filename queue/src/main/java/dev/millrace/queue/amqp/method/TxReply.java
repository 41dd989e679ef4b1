package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireWriter;

/** What a server sends of the class {@code tx} and a client does not. */
public final class TxReply {
    private TxReply() {}

    /** {@code tx.select-ok}. */
    public record SelectOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 90, 11).end();
        }
    }

    /** {@code tx.commit-ok}. */
    public record CommitOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 90, 21).end();
        }
    }

    /** {@code tx.rollback-ok}. */
    public record RollbackOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 90, 31).end();
        }
    }
}
