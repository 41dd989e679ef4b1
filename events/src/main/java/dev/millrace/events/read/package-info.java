/** Reading events, and what of them is to be seen. */
@NullMarked
package dev.millrace.events.read;

import org.jspecify.annotations.NullMarked;
