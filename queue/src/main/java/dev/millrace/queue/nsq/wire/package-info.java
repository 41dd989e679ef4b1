/** NSQ's bytes: commands as they come in, frames as they go out. */
@NullMarked
package dev.millrace.queue.nsq.wire;

import org.jspecify.annotations.NullMarked;
