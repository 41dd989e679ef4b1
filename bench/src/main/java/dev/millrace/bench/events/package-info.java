/** The event store beside PostgreSQL and Kafka. */
@NullMarked
package dev.millrace.bench.events;

import org.jspecify.annotations.NullMarked;
