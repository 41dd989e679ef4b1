package dev.millrace.queue.amqp.broker;

import dev.millrace.queue.backlog.Cursor;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.backlog.Shelf;
import dev.millrace.queue.ledger.Ledger;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;

/**
 * The bytes of what an earlier process left in a queue whose length in bytes is limited. A ledger
 * knows how many messages there are, not how long they are; they are read once, and since their sum
 * is limited that is soon done. Under the store's lock.
 */
final class Census {
    private final Queue<Left> left = new ArrayDeque<>();
    private long bytes;

    /** Messages of one ledger, from an offset to before another. */
    private static final class Left {
        private final Cursor cursor;
        private final long end;
        private long next;

        Left(Ledger ledger, Shelf shelf, long start, long end) {
            this.cursor = new Cursor(ledger.backlog(), shelf);
            this.next = start;
            this.end = end;
        }
    }

    Census(Collection<Ledger> ledgers, Shelf shelf) {
        for (Ledger ledger : ledgers) {
            ledger.forEachUnacknowledged(
                    offset -> left.add(new Left(ledger, shelf, offset, offset + 1)));
            left.add(new Left(ledger, shelf, ledger.next(), ledger.backlog().end()));
        }
    }

    /** Counts on; false if some must be loaded first: the queue is pumped when they are. */
    boolean isComplete() {
        for (Left part = left.peek(); part != null; part = left.peek()) {
            while (part.next < part.end) {
                Message message = part.cursor.seek(part.next);
                if (message == null) {
                    return false;
                }
                bytes += message.bodyBytes();
                part.next++;
            }
            left.remove();
        }
        return true;
    }

    /** Of all bodies; once it is complete. */
    long bytes() {
        return bytes;
    }
}
