/** Streams: entries by their IDs, and groups of consumers that share them. */
@NullMarked
package dev.millrace.kv.stream;

import org.jspecify.annotations.NullMarked;
