/** The real rooms on fake time, disk and network, driven from a seed. */
@NullMarked
package dev.millrace.sim;

import org.jspecify.annotations.NullMarked;
