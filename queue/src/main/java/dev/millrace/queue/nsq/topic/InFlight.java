package dev.millrace.queue.nsq.topic;

import dev.millrace.queue.dispatch.Delivery;

/** A message that a consumer has, and until when. */
public final class InFlight {
    /** How it ended, or that it has not. */
    enum State {
        WITH_CONSUMER,
        OVER
    }

    private final Delivery delivery;
    private final Consumer consumer;
    private final long deliveredMillis;
    private long deadlineMillis;
    private State state = State.WITH_CONSUMER;

    InFlight(Delivery delivery, Consumer consumer, long deliveredMillis, long deadlineMillis) {
        this.delivery = delivery;
        this.consumer = consumer;
        this.deliveredMillis = deliveredMillis;
        this.deadlineMillis = deadlineMillis;
    }

    Delivery delivery() {
        return delivery;
    }

    Consumer consumer() {
        return consumer;
    }

    long deliveredMillis() {
        return deliveredMillis;
    }

    long deadlineMillis() {
        return deadlineMillis;
    }

    void extend(long untilMillis) {
        deadlineMillis = untilMillis;
    }

    boolean isOver() {
        return state == State.OVER;
    }

    void end() {
        state = State.OVER;
    }
}
