/** CONFIG: every parameter by its name in Redis, typed, in one table. */
@NullMarked
package dev.millrace.kv.config;

import org.jspecify.annotations.NullMarked;
