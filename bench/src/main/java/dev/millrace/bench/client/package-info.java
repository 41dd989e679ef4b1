/**
 * What drives a server: redis-benchmark, an open-loop generator, a loader, one plain connection.
 */
@NullMarked
package dev.millrace.bench.client;

import org.jspecify.annotations.NullMarked;
