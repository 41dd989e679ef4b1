/** Connections and channels: what clients may do when, and what they are answered. */
@NullMarked
package dev.millrace.queue.amqp.session;

import org.jspecify.annotations.NullMarked;
