package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.amqp.wire.WireReader;
import dev.millrace.queue.amqp.wire.WireWriter;

/** What a client may send of the class {@code basic}. */
public sealed interface BasicMethod extends Method {
    /** {@code basic.qos}. */
    record Qos(long prefetchSize, int prefetchCount, boolean global) implements BasicMethod {
        static Qos read(WireReader in) {
            return new Qos(in.u32(), in.u16(), in.bit());
        }
    }

    /** {@code basic.consume}. */
    record Consume(
            String queue,
            String consumerTag,
            boolean noAck,
            boolean exclusive,
            boolean noWait,
            Table arguments)
            implements BasicMethod {
        static Consume read(WireReader in) {
            in.u16();
            String queue = in.shortText();
            String consumerTag = in.shortText();
            in.bit();
            boolean noAck = in.bit();
            boolean exclusive = in.bit();
            boolean noWait = in.bit();
            Table arguments = in.table();
            return new Consume(queue, consumerTag, noAck, exclusive, noWait, arguments);
        }
    }

    /** {@code basic.cancel}. */
    record Cancel(String consumerTag, boolean noWait) implements BasicMethod, Reply {
        static Cancel read(WireReader in) {
            return new Cancel(in.shortText(), in.bit());
        }

        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 60, 30).shortText(consumerTag).bit(noWait).end();
        }
    }

    /** {@code basic.cancel-ok}. */
    record CancelOk(String consumerTag) implements BasicMethod, Reply {
        static CancelOk read(WireReader in) {
            return new CancelOk(in.shortText());
        }

        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 60, 31).shortText(consumerTag).end();
        }
    }

    /** {@code basic.publish}, of which there may be very many. */
    record Publish(String exchange, String routingKey, boolean mandatory, boolean immediate)
            implements BasicMethod {
        public static final int CLASS = 60;
        public static final int METHOD = 40;

        /** Reads what stands behind the method's number. */
        public static Publish read(WireReader in) {
            in.u16();
            String exchange = in.shortText();
            String routingKey = in.shortText();
            boolean mandatory = in.bit();
            boolean immediate = in.bit();
            return new Publish(exchange, routingKey, mandatory, immediate);
        }
    }

    /** {@code basic.get}. */
    record Get(String queue, boolean noAck) implements BasicMethod {
        static Get read(WireReader in) {
            in.u16();
            String queue = in.shortText();
            boolean noAck = in.bit();
            return new Get(queue, noAck);
        }
    }

    /** {@code basic.ack}. */
    record Ack(long deliveryTag, boolean multiple) implements BasicMethod {
        static Ack read(WireReader in) {
            return new Ack(in.u64(), in.bit());
        }
    }

    /** {@code basic.reject}. */
    record Reject(long deliveryTag, boolean requeue) implements BasicMethod {
        static Reject read(WireReader in) {
            return new Reject(in.u64(), in.bit());
        }
    }

    /** {@code basic.recover-async}. */
    record RecoverAsync(boolean requeue) implements BasicMethod {
        static RecoverAsync read(WireReader in) {
            return new RecoverAsync(in.bit());
        }
    }

    /** {@code basic.recover}. */
    record Recover(boolean requeue) implements BasicMethod {
        static Recover read(WireReader in) {
            return new Recover(in.bit());
        }
    }

    /** {@code basic.nack}. */
    record Nack(long deliveryTag, boolean multiple, boolean requeue) implements BasicMethod {
        static Nack read(WireReader in) {
            return new Nack(in.u64(), in.bit(), in.bit());
        }
    }
}
