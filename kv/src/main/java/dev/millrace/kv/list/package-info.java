/** The commands on lists. */
@NullMarked
package dev.millrace.kv.list;

import org.jspecify.annotations.NullMarked;
