package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.amqp.wire.WireReader;

/** What a client may send of the class {@code queue}. */
public sealed interface QueueMethod extends Method {
    /** {@code queue.declare}. */
    record Declare(
            String queue,
            boolean passive,
            boolean durable,
            boolean exclusive,
            boolean autoDelete,
            boolean noWait,
            Table arguments)
            implements QueueMethod {
        static Declare read(WireReader in) {
            in.u16();
            String queue = in.shortText();
            boolean passive = in.bit();
            boolean durable = in.bit();
            boolean exclusive = in.bit();
            boolean autoDelete = in.bit();
            boolean noWait = in.bit();
            Table arguments = in.table();
            return new Declare(queue, passive, durable, exclusive, autoDelete, noWait, arguments);
        }
    }

    /** {@code queue.bind}. */
    record Bind(String queue, String exchange, String routingKey, boolean noWait, Table arguments)
            implements QueueMethod {
        static Bind read(WireReader in) {
            in.u16();
            String queue = in.shortText();
            String exchange = in.shortText();
            String routingKey = in.shortText();
            boolean noWait = in.bit();
            Table arguments = in.table();
            return new Bind(queue, exchange, routingKey, noWait, arguments);
        }
    }

    /** {@code queue.purge}. */
    record Purge(String queue, boolean noWait) implements QueueMethod {
        static Purge read(WireReader in) {
            in.u16();
            String queue = in.shortText();
            boolean noWait = in.bit();
            return new Purge(queue, noWait);
        }
    }

    /** {@code queue.delete}. */
    record Delete(String queue, boolean ifUnused, boolean ifEmpty, boolean noWait)
            implements QueueMethod {
        static Delete read(WireReader in) {
            in.u16();
            String queue = in.shortText();
            boolean ifUnused = in.bit();
            boolean ifEmpty = in.bit();
            boolean noWait = in.bit();
            return new Delete(queue, ifUnused, ifEmpty, noWait);
        }
    }

    /** {@code queue.unbind}. */
    record Unbind(String queue, String exchange, String routingKey, Table arguments)
            implements QueueMethod {
        static Unbind read(WireReader in) {
            in.u16();
            String queue = in.shortText();
            String exchange = in.shortText();
            String routingKey = in.shortText();
            Table arguments = in.table();
            return new Unbind(queue, exchange, routingKey, arguments);
        }
    }
}
