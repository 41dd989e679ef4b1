/** Data that moves in from Redis, and back. */
@NullMarked
package dev.millrace.it.rdb;

import org.jspecify.annotations.NullMarked;
