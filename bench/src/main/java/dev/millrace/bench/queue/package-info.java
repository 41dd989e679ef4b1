/** The queue beside RabbitMQ, driven by RabbitMQ's own Java client. */
@NullMarked
package dev.millrace.bench.queue;

import org.jspecify.annotations.NullMarked;
