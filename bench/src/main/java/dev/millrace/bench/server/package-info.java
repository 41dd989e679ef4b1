/**
 * Servers as processes: started on a free port, watched through {@code /proc}, ended by their pid.
 */
@NullMarked
package dev.millrace.bench.server;

import org.jspecify.annotations.NullMarked;
