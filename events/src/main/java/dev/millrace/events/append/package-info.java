/** What it takes to append to a stream, and to delete one. */
@NullMarked
package dev.millrace.events.append;

import org.jspecify.annotations.NullMarked;
