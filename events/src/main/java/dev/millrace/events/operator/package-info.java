/** What an operator may ask of the event store. */
@NullMarked
package dev.millrace.events.operator;

import org.jspecify.annotations.NullMarked;
