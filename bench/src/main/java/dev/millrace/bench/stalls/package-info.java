/** How long single appends take while the kernel writes back what was appended before. */
@NullMarked
package dev.millrace.bench.stalls;

import org.jspecify.annotations.NullMarked;
