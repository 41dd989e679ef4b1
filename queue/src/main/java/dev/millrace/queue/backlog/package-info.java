/** Messages in memory and in files: docs/decisions/queue-storage.md. */
@NullMarked
package dev.millrace.queue.backlog;

import org.jspecify.annotations.NullMarked;
