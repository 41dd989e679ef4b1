/** The streams: their names, and where each of them stands. */
@NullMarked
package dev.millrace.events.stream;

import org.jspecify.annotations.NullMarked;
