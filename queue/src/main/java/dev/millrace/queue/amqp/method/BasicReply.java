package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.WireWriter;

/** What a server sends of the class {@code basic} and a client does not. */
public final class BasicReply {
    private BasicReply() {}

    /** {@code basic.qos-ok}. */
    public record QosOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 60, 11).end();
        }
    }

    /** {@code basic.consume-ok}. */
    public record ConsumeOk(String consumerTag) implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 60, 21).shortText(consumerTag).end();
        }
    }

    /** {@code basic.return}. */
    public record Return(int replyCode, String replyText, String exchange, String routingKey)
            implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 60, 50)
                    .u16(replyCode)
                    .shortText(replyText)
                    .shortText(exchange)
                    .shortText(routingKey)
                    .end();
        }
    }

    /** {@code basic.deliver}. */
    public record Deliver(
            String consumerTag,
            long deliveryTag,
            boolean redelivered,
            String exchange,
            String routingKey)
            implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 60, 60)
                    .shortText(consumerTag)
                    .u64(deliveryTag)
                    .bit(redelivered)
                    .shortText(exchange)
                    .shortText(routingKey)
                    .end();
        }
    }

    /** {@code basic.get-ok}. */
    public record GetOk(
            long deliveryTag,
            boolean redelivered,
            String exchange,
            String routingKey,
            long messageCount)
            implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 60, 71)
                    .u64(deliveryTag)
                    .bit(redelivered)
                    .shortText(exchange)
                    .shortText(routingKey)
                    .u32(messageCount)
                    .end();
        }
    }

    /** {@code basic.get-empty}. */
    public record GetEmpty() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 60, 72).shortText("").end();
        }
    }

    /** {@code basic.recover-ok}. */
    public record RecoverOk() implements Reply {
        @Override
        public void write(WireWriter out, int channel) {
            out.method(channel, 60, 111).end();
        }
    }
}
