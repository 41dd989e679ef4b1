package dev.millrace.queue.amqp.exchange;

import dev.millrace.queue.amqp.wire.Table;

/** The headers of a message, read from its properties only if an exchange asks. */
@FunctionalInterface
public interface Headers {
    Table table();
}
