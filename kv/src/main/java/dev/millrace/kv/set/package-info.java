/** The commands on sets. */
@NullMarked
package dev.millrace.kv.set;

import org.jspecify.annotations.NullMarked;
