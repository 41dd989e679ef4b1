package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.amqp.wire.Octets;
import dev.millrace.queue.amqp.wire.ReplyCode;
import dev.millrace.queue.amqp.wire.WireReader;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Every method that a client may send, by number (specification, section 1.4). */
public final class Methods {
    private static final List<Declaration> ALL =
            List.of(
                    of(60, 10, "basic.qos", BasicMethod.Qos::read),
                    of(60, 20, "basic.consume", BasicMethod.Consume::read),
                    of(60, 30, "basic.cancel", BasicMethod.Cancel::read),
                    of(60, 31, "basic.cancel-ok", BasicMethod.CancelOk::read),
                    of(60, 40, "basic.publish", BasicMethod.Publish::read),
                    of(60, 70, "basic.get", BasicMethod.Get::read),
                    of(60, 80, "basic.ack", BasicMethod.Ack::read),
                    of(60, 90, "basic.reject", BasicMethod.Reject::read),
                    of(60, 100, "basic.recover-async", BasicMethod.RecoverAsync::read),
                    of(60, 110, "basic.recover", BasicMethod.Recover::read),
                    of(60, 120, "basic.nack", BasicMethod.Nack::read),
                    of(10, 11, "connection.start-ok", ConnectionMethod.StartOk::read),
                    of(10, 21, "connection.secure-ok", ConnectionMethod.SecureOk::read),
                    of(10, 31, "connection.tune-ok", ConnectionMethod.TuneOk::read),
                    of(10, 40, "connection.open", ConnectionMethod.Open::read),
                    of(10, 50, "connection.close", ConnectionMethod.Close::read),
                    of(10, 51, "connection.close-ok", in -> new ConnectionMethod.CloseOk()),
                    of(10, 70, "connection.update-secret", ConnectionMethod.UpdateSecret::read),
                    of(20, 10, "channel.open", ChannelMethod.Open::read),
                    of(20, 20, "channel.flow", ChannelMethod.Flow::read),
                    of(20, 21, "channel.flow-ok", ChannelMethod.FlowOk::read),
                    of(20, 40, "channel.close", ChannelMethod.Close::read),
                    of(20, 41, "channel.close-ok", in -> new ChannelMethod.CloseOk()),
                    of(30, 10, "access.request", AccessMethod.Request::read),
                    of(40, 10, "exchange.declare", ExchangeMethod.Declare::read),
                    of(40, 20, "exchange.delete", ExchangeMethod.Delete::read),
                    of(40, 30, "exchange.bind", ExchangeMethod.Bind::read),
                    of(40, 40, "exchange.unbind", ExchangeMethod.Unbind::read),
                    of(50, 10, "queue.declare", QueueMethod.Declare::read),
                    of(50, 20, "queue.bind", QueueMethod.Bind::read),
                    of(50, 30, "queue.purge", QueueMethod.Purge::read),
                    of(50, 40, "queue.delete", QueueMethod.Delete::read),
                    of(50, 50, "queue.unbind", QueueMethod.Unbind::read),
                    of(90, 10, "tx.select", in -> new TxMethod.Select()),
                    of(90, 20, "tx.commit", in -> new TxMethod.Commit()),
                    of(90, 30, "tx.rollback", in -> new TxMethod.Rollback()),
                    of(85, 10, "confirm.select", ConfirmMethod.Select::read));

    private static final Map<Integer, Declaration> BY_NUMBER = byNumber();

    private Methods() {}

    /**
     * What is known of a method.
     *
     * @param name as error texts and logs give it: {@code queue.declare}
     * @param reader reads its fields
     */
    public record Declaration(
            int classId, int methodId, String name, Function<WireReader, Method> reader) {
        /**
         * Reads its fields.
         *
         * @param fields all that stands behind the numbers
         * @throws AmqpError if these are not its fields
         */
        public Method read(ByteBuf fields) {
            int start = fields.readerIndex();
            int end = fields.writerIndex();
            try {
                return reader.apply(new WireReader(fields));
            } catch (AmqpError error) {
                if (error.code() == ReplyCode.SYNTAX_ERROR) {
                    fields.setIndex(start, end);
                    throw AmqpError.frameError("cannot decode " + Octets.listed(fields));
                }
                throw error;
            }
        }
    }

    private static Declaration of(
            int classId, int methodId, String name, Function<WireReader, Method> reader) {
        return new Declaration(classId, methodId, name, reader);
    }

    private static Map<Integer, Declaration> byNumber() {
        Map<Integer, Declaration> found = new HashMap<>();
        for (Declaration declaration : ALL) {
            found.put(declaration.classId << 16 | declaration.methodId, declaration);
        }
        return Map.copyOf(found);
    }

    /** All, by class. */
    public static List<Declaration> all() {
        return ALL;
    }

    /**
     * The method of these numbers.
     *
     * @throws AmqpError if no client may send such
     */
    public static Declaration find(int classId, int methodId) {
        @Nullable Declaration found = BY_NUMBER.get(classId << 16 | methodId);
        if (found == null) {
            throw AmqpError.commandInvalid("unimplemented method " + classId + "." + methodId);
        }
        return found;
    }
}
