/**
 * Replication with Redis, both ways (Redis documentation, "Redis replication";
 * docs/decisions/replication.md).
 *
 * <p>Outwards ({@link dev.millrace.kv.replication.Feed}): each record is said as commands for whom
 * follows us. Inwards ({@link dev.millrace.kv.replication.Following}): the commands of another
 * server are executed, and how far we are is in each record.
 */
@NullMarked
package dev.millrace.kv.replication;

import org.jspecify.annotations.NullMarked;
