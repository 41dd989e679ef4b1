/** Channels, patterns and those who listen to them; keyspace events. */
@NullMarked
package dev.millrace.kv.pubsub;

import org.jspecify.annotations.NullMarked;
