package dev.millrace.queue.amqp.exchange;

import dev.millrace.queue.amqp.wire.Table;

/**
 * What an exchange sends where. Two that are equal in all are the same one.
 *
 * @param source the exchange's name
 */
public record Binding(String source, Destination destination, String routingKey, Table arguments) {}
