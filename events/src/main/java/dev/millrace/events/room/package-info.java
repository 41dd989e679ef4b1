/** The events room as the process starts and stops it. */
@NullMarked
package dev.millrace.events.room;

import org.jspecify.annotations.NullMarked;
