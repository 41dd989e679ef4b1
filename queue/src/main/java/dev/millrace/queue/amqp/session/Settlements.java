package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.broker.AmqpQueue;
import dev.millrace.queue.amqp.method.BasicReply;
import dev.millrace.queue.amqp.wire.AmqpError;
import dev.millrace.queue.dispatch.Delivery;
import dev.millrace.queue.dispatch.Group;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * What a channel was sent, and what its client makes of it: acknowledged, rejected, given back. In
 * a transaction that waits for the commit.
 */
final class Settlements {
    private final Session session;
    private final Unacknowledged unacknowledged = new Unacknowledged();

    /** What a transaction has settled; null outside of one. */
    private @Nullable List<Settled> pending;

    /** How a message is settled. */
    enum Way {
        ACKNOWLEDGE,
        REJECT,
        REQUEUE
    }

    private record Settled(Way way, List<Unacknowledged.Entry> entries) {}

    Settlements(Session session) {
        this.session = session;
    }

    int count() {
        return unacknowledged.count();
    }

    /** A message was sent that is to be acknowledged. */
    void sent(long tag, AmqpQueue queue, Delivery delivery, @Nullable Subscription subscription) {
        unacknowledged.add(new Unacknowledged.Entry(tag, queue, delivery, subscription));
    }

    void ack(long tag, boolean multiple) {
        settle(Way.ACKNOWLEDGE, unacknowledged.find(tag, multiple));
    }

    void reject(long tag, boolean multiple, boolean requeue) {
        settle(requeue ? Way.REQUEUE : Way.REJECT, unacknowledged.find(tag, multiple));
    }

    /** All that is unacknowledged is given back. */
    void recover(boolean requeue, boolean answer) {
        if (!requeue) {
            throw AmqpError.notImplemented("requeue=false");
        }
        List<Unacknowledged.Entry> all = unacknowledged.all();
        unacknowledged.remove(all);
        all.forEach(entry -> settleNow(Way.REQUEUE, entry));
        if (answer) {
            session.send(new BasicReply.RecoverOk());
        }
    }

    private void settle(Way way, List<Unacknowledged.Entry> entries) {
        List<Settled> waiting = pending;
        if (waiting != null) {
            unacknowledged.remove(entries);
            waiting.add(new Settled(way, entries));
            return;
        }
        session.connection()
                .attempt(
                        session,
                        () -> bytes(way, entries),
                        () -> {
                            unacknowledged.remove(entries);
                            entries.forEach(entry -> settleNow(way, entry));
                        });
    }

    private static long bytes(Way way, List<Unacknowledged.Entry> entries) {
        if (way != Way.REJECT) {
            return (long) Group.BYTES_MAX * entries.size();
        }
        long bytes = 0;
        for (Unacknowledged.Entry entry : entries) {
            long one = entry.queue().rejectBytes(entry.delivery());
            if (one == Connection.NOT_LOADED) {
                return Connection.NOT_LOADED;
            }
            bytes += one;
        }
        return bytes;
    }

    private void settleNow(Way way, Unacknowledged.Entry entry) {
        switch (way) {
            case ACKNOWLEDGE -> entry.queue().acknowledge(entry.delivery());
            case REJECT -> entry.queue().reject(entry.delivery());
            case REQUEUE -> entry.queue().requeue(entry.delivery());
        }
        entry.settled();
        if (entry.subscription() == null || session.isLimited()) {
            session.wake();
        }
    }

    // ---- Transactions

    void begin() {
        if (pending == null) {
            pending = new ArrayList<>();
        }
    }

    /** What is to be admitted for {@link #commit}. */
    long commitBytes() {
        long bytes = 0;
        for (Settled settled : waiting()) {
            long some = bytes(settled.way, settled.entries);
            if (some == Connection.NOT_LOADED) {
                return Connection.NOT_LOADED;
            }
            bytes += some;
        }
        return bytes;
    }

    void commit() {
        for (Settled settled : waiting()) {
            settled.entries.forEach(entry -> settleNow(settled.way, entry));
        }
        pending = new ArrayList<>();
    }

    /** What the transaction settled is unacknowledged as before. */
    void rollback() {
        for (Settled settled : waiting()) {
            settled.entries.forEach(unacknowledged::add);
        }
        pending = new ArrayList<>();
    }

    private List<Settled> waiting() {
        List<Settled> begun = pending;
        return begun == null ? List.of() : begun;
    }

    /** The channel ends: all is given back. */
    void release() {
        rollback();
        List<Unacknowledged.Entry> all = unacknowledged.all();
        unacknowledged.remove(all);
        all.forEach(entry -> entry.queue().requeue(entry.delivery()));
    }
}
