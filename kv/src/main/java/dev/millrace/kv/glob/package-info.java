/** Redis's glob patterns. */
@NullMarked
package dev.millrace.kv.glob;

import org.jspecify.annotations.NullMarked;
