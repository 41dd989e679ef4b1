package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.broker.AmqpQueue;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.dispatch.Delivery;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What a channel was sent and has not acknowledged, by delivery tag. */
final class Unacknowledged {
    private final ByTag<Entry> byTag = new ByTag<>();

    /**
     * One message.
     *
     * @param subscription that it was sent to; null: {@code basic.get}
     */
    record Entry(
            long tag, AmqpQueue queue, Delivery delivery, @Nullable Subscription subscription) {
        /** The consumer has one less. */
        void settled() {
            if (subscription != null) {
                subscription.settled();
            }
        }
    }

    int count() {
        return byTag.count();
    }

    void add(Entry entry) {
        byTag.add(entry.tag(), entry);
    }

    /**
     * Finds what a client means.
     *
     * @param multiple up to the tag; 0: all
     * @throws AmqpError if there is no such tag
     */
    List<Entry> find(long tag, boolean multiple) {
        if (multiple && tag == 0) {
            return all();
        }
        Entry one = byTag.get(tag);
        if (one == null) {
            throw AmqpError.preconditionFailed(
                    "unknown delivery tag " + Long.toUnsignedString(tag));
        }
        return multiple ? byTag.upTo(tag) : List.of(one);
    }

    void remove(List<Entry> entries) {
        entries.forEach(entry -> byTag.remove(entry.tag()));
    }

    /** All, in the order in which they were sent. */
    List<Entry> all() {
        return byTag.upTo(Long.MAX_VALUE);
    }
}
