/** The servers that the tests start, and end again whatever happens. */
@NullMarked
package dev.millrace.it.server;

import org.jspecify.annotations.NullMarked;
