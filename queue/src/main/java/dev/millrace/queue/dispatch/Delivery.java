package dev.millrace.queue.dispatch;

import dev.millrace.queue.ledger.Ledger;

/**
 * A message in the hands of a consumer; its group is told what becomes of it.
 *
 * @param source the ledger that has it
 * @param offset in the ledger's backlog
 * @param id of the message
 * @param attempts how often it was delivered, with this time
 * @param position the record that must be durable before the consumer may see it
 */
public record Delivery(Ledger source, long offset, long id, int attempts, long position) {
    /** True if somebody had it before. */
    public boolean isRedelivered() {
        return attempts > 1;
    }
}
