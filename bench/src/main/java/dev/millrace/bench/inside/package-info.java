/** JMH benchmarks of what happens inside; README.md says how to run one. */
@NullMarked
package dev.millrace.bench.inside;

import org.jspecify.annotations.NullMarked;
