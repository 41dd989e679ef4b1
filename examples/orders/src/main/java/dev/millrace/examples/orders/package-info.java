/** A small service whose database is a view of events, and can be deleted. */
@NullMarked
package dev.millrace.examples.orders;

import org.jspecify.annotations.NullMarked;
