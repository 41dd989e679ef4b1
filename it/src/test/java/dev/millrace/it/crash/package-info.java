/** Nothing acknowledged is lost, whenever the process dies. */
@NullMarked
package dev.millrace.it.crash;

import org.jspecify.annotations.NullMarked;
