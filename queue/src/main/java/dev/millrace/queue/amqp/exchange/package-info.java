/**
 * Exchanges, bindings, and what is routed where: no input, no output (specification, section 3.1).
 */
@NullMarked
package dev.millrace.queue.amqp.exchange;

import org.jspecify.annotations.NullMarked;
