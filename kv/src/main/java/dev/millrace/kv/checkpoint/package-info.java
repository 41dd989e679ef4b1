/** The store as a state machine: replayed, cut, written and loaded. */
@NullMarked
package dev.millrace.kv.checkpoint;

import org.jspecify.annotations.NullMarked;
