/** The closed set of changes to the store: written to the log, applied, and replayed. */
@NullMarked
package dev.millrace.kv.effect;

import org.jspecify.annotations.NullMarked;
