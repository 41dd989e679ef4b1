/** Scripts and functions in the real process. */
@NullMarked
package dev.millrace.it.script;

import org.jspecify.annotations.NullMarked;
