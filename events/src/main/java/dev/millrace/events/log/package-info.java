/** The events themselves, in memory and in files. Start reading at {@code EventLog}. */
@NullMarked
package dev.millrace.events.log;

import org.jspecify.annotations.NullMarked;
