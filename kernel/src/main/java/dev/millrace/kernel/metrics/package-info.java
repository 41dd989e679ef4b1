/** What the process counts, read when asked. */
@NullMarked
package dev.millrace.kernel.metrics;

import org.jspecify.annotations.NullMarked;
