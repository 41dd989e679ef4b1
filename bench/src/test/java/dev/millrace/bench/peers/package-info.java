/** The command line. */
@NullMarked
package dev.millrace.bench.peers;

import org.jspecify.annotations.NullMarked;
