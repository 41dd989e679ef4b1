/** The methods of AMQP 0-9-1, one record each, and the table that finds them by number. */
@NullMarked
package dev.millrace.queue.amqp.method;

import org.jspecify.annotations.NullMarked;
