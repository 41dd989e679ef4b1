/**
 * Hashes, sets, sorted sets and lists: packed while they are short, in memory of their own when
 * not.
 */
@NullMarked
package dev.millrace.kv.collection;

import org.jspecify.annotations.NullMarked;
