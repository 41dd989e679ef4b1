/** What a room is to the process that assembles it. */
@NullMarked
package dev.millrace.kernel.room;

import org.jspecify.annotations.NullMarked;
