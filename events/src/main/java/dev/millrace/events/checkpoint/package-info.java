/** The events room in a checkpoint. */
@NullMarked
package dev.millrace.events.checkpoint;

import org.jspecify.annotations.NullMarked;
