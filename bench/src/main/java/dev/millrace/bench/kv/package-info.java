/** The rows of the kv room, side by side with Redis. */
@NullMarked
package dev.millrace.bench.kv;

import org.jspecify.annotations.NullMarked;
