/** NSQ clients that others wrote, and crashes under load. */
@NullMarked
package dev.millrace.it.queue;

import org.jspecify.annotations.NullMarked;
