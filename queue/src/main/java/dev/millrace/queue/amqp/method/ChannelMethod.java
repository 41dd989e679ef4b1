package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireReader;
import dev.millrace.queue.amqp.wire.WireWriter;

/** What a client may send of the class {@code channel}. */
public sealed interface ChannelMethod extends Method {
    /** {@code channel.open}. */
    record Open() implements ChannelMethod {
        static Open read(WireReader in) {
            in.shortText();
            return new Open();
        }
    }

    /** {@code channel.flow}. */
    record Flow(boolean active) implements ChannelMethod, Reply {
        static Flow read(WireReader in) {
            return new Flow(in.bit());
        }

        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 20, 20).bit(active).end();
        }
    }

    /** {@code channel.flow-ok}. */
    record FlowOk(boolean active) implements ChannelMethod, Reply {
        static FlowOk read(WireReader in) {
            return new FlowOk(in.bit());
        }

        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 20, 21).bit(active).end();
        }
    }

    /** {@code channel.close}. */
    record Close(int replyCode, String replyText, int classId, int methodId)
            implements ChannelMethod, Reply {
        static Close read(WireReader in) {
            return new Close(in.u16(), in.shortText(), in.u16(), in.u16());
        }

        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 20, 40)
                    .u16(replyCode)
                    .shortText(replyText)
                    .u16(classId)
                    .u16(methodId)
                    .end();
        }
    }

    /** {@code channel.close-ok}. */
    record CloseOk() implements ChannelMethod, Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 20, 41).end();
        }
    }
}
