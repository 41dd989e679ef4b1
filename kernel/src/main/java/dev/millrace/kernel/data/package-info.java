/** The data directory, which one process owns at a time. */
@NullMarked
package dev.millrace.kernel.data;

import org.jspecify.annotations.NullMarked;
