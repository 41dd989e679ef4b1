/** All that the events room knows: streams and their events. */
@NullMarked
package dev.millrace.events.state;

import org.jspecify.annotations.NullMarked;
