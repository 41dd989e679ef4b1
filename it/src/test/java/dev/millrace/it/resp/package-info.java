/** The Redis protocol as a client sees it, down to the byte. */
@NullMarked
package dev.millrace.it.resp;

import org.jspecify.annotations.NullMarked;
