/** Commands for who runs the server: saves, shutdown, slow log, memory, latency, debugging. */
@NullMarked
package dev.millrace.kv.operator;

import org.jspecify.annotations.NullMarked;
