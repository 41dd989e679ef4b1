package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.amqp.wire.WireWriter;

/** What a server sends of the class {@code connection} and a client does not. */
public final class ConnectionReply {
    private ConnectionReply() {}

    /** {@code connection.start}. */
    public record Start(
            int versionMajor,
            int versionMinor,
            Table serverProperties,
            String mechanisms,
            String locales)
            implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 10, 10)
                    .octet(versionMajor)
                    .octet(versionMinor)
                    .table(serverProperties)
                    .longText(mechanisms)
                    .longText(locales)
                    .end();
        }
    }

    /** {@code connection.secure}. */
    public record Secure(String challenge) implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 10, 20).longText(challenge).end();
        }
    }

    /** {@code connection.tune}. */
    public record Tune(int channelMax, long frameMax, int heartbeat) implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 10, 30).u16(channelMax).u32(frameMax).u16(heartbeat).end();
        }
    }

    /** {@code connection.open-ok}. */
    public record OpenOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 10, 41).shortText("").end();
        }
    }

    /** {@code connection.blocked}. */
    public record Blocked(String reason) implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 10, 60).shortText(reason).end();
        }
    }

    /** {@code connection.unblocked}. */
    public record Unblocked() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 10, 61).end();
        }
    }

    /** {@code connection.update-secret-ok}. */
    public record UpdateSecretOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 10, 71).end();
        }
    }
}
