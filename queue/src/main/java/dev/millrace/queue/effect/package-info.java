/** What the journal has of the queue, and how it becomes state. */
@NullMarked
package dev.millrace.queue.effect;

import org.jspecify.annotations.NullMarked;
