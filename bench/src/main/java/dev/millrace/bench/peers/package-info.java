/** {@code ./millrace bench-peers}: the command line of the side-by-side benchmarks. */
@NullMarked
package dev.millrace.bench.peers;

import org.jspecify.annotations.NullMarked;
