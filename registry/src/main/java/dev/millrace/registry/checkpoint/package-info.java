/** The registry as a state machine of a shard. */
@NullMarked
package dev.millrace.registry.checkpoint;

import org.jspecify.annotations.NullMarked;
