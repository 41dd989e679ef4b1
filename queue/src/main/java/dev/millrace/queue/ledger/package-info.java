/** What groups of consumers have had: docs/decisions/queue-storage.md. */
@NullMarked
package dev.millrace.queue.ledger;

import org.jspecify.annotations.NullMarked;
