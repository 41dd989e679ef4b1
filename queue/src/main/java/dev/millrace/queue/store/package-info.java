/** The state together with its journal. */
@NullMarked
package dev.millrace.queue.store;

import org.jspecify.annotations.NullMarked;
