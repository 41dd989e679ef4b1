package dev.millrace.queue.amqp.exchange;

/** Where a binding leads. */
public sealed interface Destination {
    String name();

    /** To a queue. */
    record ToQueue(String name) implements Destination {}

    /** To an exchange, which routes again. */
    record ToExchange(String name) implements Destination {}
}
