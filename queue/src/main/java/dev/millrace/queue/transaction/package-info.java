/** Messages as parts of other rooms' records. */
@NullMarked
package dev.millrace.queue.transaction;

import org.jspecify.annotations.NullMarked;
