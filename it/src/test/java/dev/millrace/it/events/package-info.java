/** The event store, seen by the clients of KurrentDB. */
@NullMarked
package dev.millrace.it.events;

import org.jspecify.annotations.NullMarked;
