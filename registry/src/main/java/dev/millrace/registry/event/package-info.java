/** Events that users fire: the last few, for those who wait for one. */
@NullMarked
package dev.millrace.registry.event;

import org.jspecify.annotations.NullMarked;
