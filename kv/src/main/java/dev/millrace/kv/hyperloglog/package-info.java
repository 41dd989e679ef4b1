/** The commands on HyperLogLogs. */
@NullMarked
package dev.millrace.kv.hyperloglog;

import org.jspecify.annotations.NullMarked;
