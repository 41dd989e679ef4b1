package dev.millrace.queue.amqp.session;

import dev.millrace.queue.amqp.broker.AmqpQueue;
import dev.millrace.queue.amqp.broker.Consumer;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;

/** A consumer on a channel. */
final class Subscription implements Consumer {
    private final Session session;
    private final String tag;
    private final AmqpQueue queue;
    private final boolean noAck;
    private final int priority;

    /** So many unacknowledged messages; 0: any number. */
    private final int prefetch;

    private int unacknowledged;

    Subscription(
            Session session,
            String tag,
            AmqpQueue queue,
            boolean noAck,
            int priority,
            int prefetch) {
        this.session = session;
        this.tag = tag;
        this.queue = queue;
        this.noAck = noAck;
        this.priority = priority;
        this.prefetch = prefetch;
    }

    String tag() {
        return tag;
    }

    AmqpQueue queue() {
        return queue;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public boolean noAck() {
        return noAck;
    }

    @Override
    public boolean mayTake() {
        return session.mayTake(noAck) && (noAck || prefetch == 0 || unacknowledged < prefetch);
    }

    @Override
    public void deliver(AmqpQueue from, Delivery delivery, Message message) {
        if (!noAck) {
            unacknowledged++;
        }
        session.deliver(this, delivery, message);
    }

    /** A message of its own was acknowledged or given back. */
    void settled() {
        unacknowledged--;
        queue.wake();
    }

    @Override
    public void cancelled() {
        session.cancelled(this);
    }
}
