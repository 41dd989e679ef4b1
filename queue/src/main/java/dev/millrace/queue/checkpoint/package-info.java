/** The queue in a checkpoint. */
@NullMarked
package dev.millrace.queue.checkpoint;

import org.jspecify.annotations.NullMarked;
