/** Transactions of the JVM that a node runs in: what MULTI and EXEC are to a client. */
@NullMarked
package dev.millrace.kv.embedded;

import org.jspecify.annotations.NullMarked;
