/** What the journal's effects make. */
@NullMarked
package dev.millrace.queue.state;

import org.jspecify.annotations.NullMarked;
