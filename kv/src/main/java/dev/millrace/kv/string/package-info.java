/** Commands on strings. */
@NullMarked
package dev.millrace.kv.string;

import org.jspecify.annotations.NullMarked;
