/** Commands on keys of any type. */
@NullMarked
package dev.millrace.kv.generic;

import org.jspecify.annotations.NullMarked;
