/** The commands on hashes. */
@NullMarked
package dev.millrace.kv.hash;

import org.jspecify.annotations.NullMarked;
