/** Transactions across rooms, by clients of all of them. */
@NullMarked
package dev.millrace.it.transaction;

import org.jspecify.annotations.NullMarked;
