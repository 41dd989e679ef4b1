/** Transactions across rooms against their parts. */
@NullMarked
package dev.millrace.bench.transaction;

import org.jspecify.annotations.NullMarked;
