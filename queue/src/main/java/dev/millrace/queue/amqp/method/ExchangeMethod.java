package dev.millrace.queue.amqp.method;

import dev.millrace.queue.amqp.wire.Table;
import dev.millrace.queue.amqp.wire.WireReader;

/** What a client may send of the class {@code exchange}. */
public sealed interface ExchangeMethod extends Method {
    /** {@code exchange.declare}. */
    record Declare(
            String exchange,
            String type,
            boolean passive,
            boolean durable,
            boolean autoDelete,
            boolean internal,
            boolean noWait,
            Table arguments)
            implements ExchangeMethod {
        static Declare read(WireReader in) {
            in.u16();
            String exchange = in.shortText();
            String type = in.shortText();
            boolean passive = in.bit();
            boolean durable = in.bit();
            boolean autoDelete = in.bit();
            boolean internal = in.bit();
            boolean noWait = in.bit();
            Table arguments = in.table();
            return new Declare(
                    exchange, type, passive, durable, autoDelete, internal, noWait, arguments);
        }
    }

    /** {@code exchange.delete}. */
    record Delete(String exchange, boolean ifUnused, boolean noWait) implements ExchangeMethod {
        static Delete read(WireReader in) {
            in.u16();
            String exchange = in.shortText();
            boolean ifUnused = in.bit();
            boolean noWait = in.bit();
            return new Delete(exchange, ifUnused, noWait);
        }
    }

    /** {@code exchange.bind}. */
    record Bind(
            String destination, String source, String routingKey, boolean noWait, Table arguments)
            implements ExchangeMethod {
        static Bind read(WireReader in) {
            in.u16();
            String destination = in.shortText();
            String source = in.shortText();
            String routingKey = in.shortText();
            boolean noWait = in.bit();
            Table arguments = in.table();
            return new Bind(destination, source, routingKey, noWait, arguments);
        }
    }

    /** {@code exchange.unbind}. */
    record Unbind(
            String destination, String source, String routingKey, boolean noWait, Table arguments)
            implements ExchangeMethod {
        static Unbind read(WireReader in) {
            in.u16();
            String destination = in.shortText();
            String source = in.shortText();
            String routingKey = in.shortText();
            boolean noWait = in.bit();
            Table arguments = in.table();
            return new Unbind(destination, source, routingKey, noWait, arguments);
        }
    }
}
