package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.broker.Meta;
import dev.millrace.queue.amqp.method.Reply;
import dev.millrace.queue.amqp.wire.FrameType;
import dev.millrace.queue.amqp.wire.Properties;
import dev.millrace.queue.amqp.wire.WireWriter;
import dev.millrace.queue.backlog.Message;

/**
 * Writes messages to a client. What is stored lies as it goes over the wire, so it is copied and
 * not looked at.
 */
final class Outbox {
    private static final int BASIC = 60;
    private static final int DELIVER = 60;
    private static final int GET_OK = 71;

    private final Connection connection;
    private final int channel;

    Outbox(Connection connection, int channel) {
        this.connection = connection;
        this.channel = channel;
    }

    void deliver(String consumerTag, long tag, boolean redelivered, Message message) {
        WireWriter out =
                connection
                        .writer()
                        .method(channel, BASIC, DELIVER)
                        .shortText(consumerTag)
                        .u64(tag)
                        .bit(redelivered);
        names(out, message);
        out.end();
        content(message);
    }

    void getOk(long tag, boolean redelivered, Message message, long left) {
        WireWriter out =
                connection.writer().method(channel, BASIC, GET_OK).u64(tag).bit(redelivered);
        names(out, message);
        out.u32(left).end();
        content(message);
    }

    private static void names(WireWriter out, Message message) {
        long names = Meta.namesAddress(message);
        out.raw(names, (int) (Meta.propertiesAddress(message) - names));
    }

    private void content(Message message) {
        long properties = Meta.propertiesAddress(message);
        int length = (int) (message.metaAddress() + message.metaBytes() - properties);
        header(message.bodyBytes()).raw(properties, length).end();
        body(message.bodyAddress(), message.bodyBytes());
    }

    /** A message that was never stored, behind its method. */
    void content(Reply method, Properties properties, long body, int bodyBytes) {
        connection.send(channel, method);
        header(bodyBytes).raw(properties.raw()).end();
        body(body, bodyBytes);
    }

    private WireWriter header(long bodyBytes) {
        return connection
                .writer()
                .begin(FrameType.HEADER, channel)
                .u16(BASIC)
                .u16(0)
                .u64(bodyBytes);
    }

    private void body(long address, int bytes) {
        int most = connection.frameMaxBytes() - FrameType.EMPTY_BYTES;
        for (int start = 0; start < bytes; start += most) {
            connection
                    .writer()
                    .begin(FrameType.BODY, channel)
                    .raw(address + start, Math.min(most, bytes - start))
                    .end();
        }
    }
}
