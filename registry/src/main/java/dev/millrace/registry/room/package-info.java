/** The registry as a room of a node. */
@NullMarked
package dev.millrace.registry.room;

import org.jspecify.annotations.NullMarked;
