/** The commands of sorted sets. */
@NullMarked
package dev.millrace.kv.sortedset;

import org.jspecify.annotations.NullMarked;
