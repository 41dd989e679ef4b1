/** Which keys go when there is no more memory. */
@NullMarked
package dev.millrace.kv.eviction;

import org.jspecify.annotations.NullMarked;
