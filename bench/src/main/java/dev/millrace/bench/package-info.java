/** Benchmarks of what happens inside (JMH) and beside foreign servers. */
@NullMarked
package dev.millrace.bench;

import org.jspecify.annotations.NullMarked;
