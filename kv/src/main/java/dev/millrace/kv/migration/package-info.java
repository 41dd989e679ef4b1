/** MIGRATE: keys that move to another server. */
@NullMarked
package dev.millrace.kv.migration;

import org.jspecify.annotations.NullMarked;
