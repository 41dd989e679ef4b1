/** The message queue: NSQ and AMQP 0-9-1 on one log. */
@NullMarked
package dev.millrace.queue;

import org.jspecify.annotations.NullMarked;
