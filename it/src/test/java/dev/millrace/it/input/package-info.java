/** What no well-behaved client sends, over raw sockets, and clients that misbehave in silence. */
@NullMarked
package dev.millrace.it.input;

import org.jspecify.annotations.NullMarked;
