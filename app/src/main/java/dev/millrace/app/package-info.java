/** The command line, and the assembly of the rooms into one process. */
@NullMarked
package dev.millrace.app;

import org.jspecify.annotations.NullMarked;
