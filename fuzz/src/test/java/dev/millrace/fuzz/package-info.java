/** What each decoder makes of bytes that nobody would send. */
@NullMarked
package dev.millrace.fuzz;

import org.jspecify.annotations.NullMarked;
