/** One line per event, for people or as JSON. */
@NullMarked
package dev.millrace.kernel.log;

import org.jspecify.annotations.NullMarked;
