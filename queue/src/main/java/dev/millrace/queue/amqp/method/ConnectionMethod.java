package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.FieldValue;
import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.amqp.wire.WireReader;
import dev.millrace.queue.amqp.wire.WireWriter;

/** What a client may send of the class {@code connection}. */
public sealed interface ConnectionMethod extends Method {
    /** {@code connection.start-ok}. */
    record StartOk(
            Table clientProperties, String mechanism, FieldValue.Text response, String locale)
            implements ConnectionMethod {
        static StartOk read(WireReader in) {
            return new StartOk(in.table(), in.shortText(), in.octets(), in.shortText());
        }
    }

    /** {@code connection.secure-ok}. */
    record SecureOk(String response) implements ConnectionMethod {
        static SecureOk read(WireReader in) {
            return new SecureOk(in.longText());
        }
    }

    /** {@code connection.tune-ok}. */
    record TuneOk(int channelMax, long frameMax, int heartbeat) implements ConnectionMethod {
        static TuneOk read(WireReader in) {
            return new TuneOk(in.u16(), in.u32(), in.u16());
        }
    }

    /** {@code connection.open}. */
    record Open(String virtualHost) implements ConnectionMethod {
        static Open read(WireReader in) {
            String virtualHost = in.shortText();
            in.shortText();
            in.bit();
            return new Open(virtualHost);
        }
    }

    /** {@code connection.close}. */
    record Close(int replyCode, String replyText, int classId, int methodId)
            implements ConnectionMethod, Reply {
        static Close read(WireReader in) {
            return new Close(in.u16(), in.shortText(), in.u16(), in.u16());
        }

        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 10, 50)
                    .u16(replyCode)
                    .shortText(replyText)
                    .u16(classId)
                    .u16(methodId)
                    .end();
        }
    }

    /** {@code connection.close-ok}. */
    record CloseOk() implements ConnectionMethod, Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 10, 51).end();
        }
    }

    /** {@code connection.update-secret}. */
    record UpdateSecret(String newSecret, String reason) implements ConnectionMethod {
        static UpdateSecret read(WireReader in) {
            return new UpdateSecret(in.longText(), in.shortText());
        }
    }
}
