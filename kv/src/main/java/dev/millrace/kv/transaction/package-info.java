/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. */
@NullMarked
package dev.millrace.kv.transaction;

import org.jspecify.annotations.NullMarked;
