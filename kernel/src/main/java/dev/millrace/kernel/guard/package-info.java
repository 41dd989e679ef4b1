/** The first handler of every listener, and what it counts. */
@NullMarked
package dev.millrace.kernel.guard;

import org.jspecify.annotations.NullMarked;
