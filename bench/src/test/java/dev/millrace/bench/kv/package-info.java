/** The rows of kv. */
@NullMarked
package dev.millrace.bench.kv;

import org.jspecify.annotations.NullMarked;
