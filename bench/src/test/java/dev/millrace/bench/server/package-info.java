/** Processes and what is read of them. */
@NullMarked
package dev.millrace.bench.server;

import org.jspecify.annotations.NullMarked;
