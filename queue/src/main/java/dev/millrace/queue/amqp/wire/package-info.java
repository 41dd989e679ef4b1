/** AMQP 0-9-1 on the wire: frames, field types, errors (specification, section 4.2). */
@NullMarked
package dev.millrace.queue.amqp.wire;

import org.jspecify.annotations.NullMarked;
