package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.wire.WireWriter;

/**
 * Publisher confirms (RabbitMQ, Consumer Acknowledgements and Publisher Confirms): every message
 * that is published has a number; what came in together is confirmed together.
 */
final class Confirms {
    private static final int BASIC = 60;
    private static final int ACK = 80;
    private static final int NACK = 120;

    private final Connection connection;
    private final int channel;
    private boolean selected;
    private long published;

    /** The last number that was confirmed. */
    private long confirmed;

    Confirms(Connection connection, int channel) {
        this.connection = connection;
        this.channel = channel;
    }

    void select() {
        selected = true;
    }

    boolean isSelected() {
        return selected;
    }

    /** The next message was published. */
    void published(boolean taken) {
        if (!selected) {
            return;
        }
        if (taken) {
            published++;
            return;
        }
        flush();
        published++;
        confirmed = published;
        connection.writer().method(channel, BASIC, NACK).u64(published).bit(false).bit(false).end();
    }

    /** Confirms what was published. */
    void flush() {
        if (confirmed == published) {
            return;
        }
        WireWriter out = connection.writer().method(channel, BASIC, ACK).u64(published);
        out.bit(published > confirmed + 1).end();
        confirmed = published;
    }
}
