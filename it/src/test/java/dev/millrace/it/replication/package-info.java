/** Servers that are followed, and that follow, and do not behave. */
@NullMarked
package dev.millrace.it.replication;

import org.jspecify.annotations.NullMarked;
