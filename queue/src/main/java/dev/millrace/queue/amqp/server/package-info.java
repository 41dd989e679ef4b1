/** AMQP on sockets. Start reading here, then at {@code session.Connection}. */
@NullMarked
package dev.millrace.queue.amqp.server;

import org.jspecify.annotations.NullMarked;
