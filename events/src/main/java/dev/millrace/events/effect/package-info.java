/** What the journal has of the events room, and how it becomes state. */
@NullMarked
package dev.millrace.events.effect;

import org.jspecify.annotations.NullMarked;
