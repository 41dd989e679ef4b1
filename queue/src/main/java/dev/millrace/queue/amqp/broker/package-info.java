/** The virtual host: queues on the room's storage, what goes into them and what becomes of it. */
@NullMarked
package dev.millrace.queue.amqp.broker;

import org.jspecify.annotations.NullMarked;
