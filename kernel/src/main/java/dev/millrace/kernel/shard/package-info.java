/** One journal with the state machines on it: start, checkpoints, trimming. */
@NullMarked
package dev.millrace.kernel.shard;

import org.jspecify.annotations.NullMarked;
