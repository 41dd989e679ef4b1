package dev.millrace.queue.amqp.broker;

import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;

/** Who consumes from a queue. */
public interface Consumer {
    /** Those of a higher one are served first. */
    int priority();

    /** True if messages are done with as soon as they are sent. */
    boolean noAck();

    /** True if it can be sent one more message now. */
    boolean mayTake();

    /**
     * Sends it a message.
     *
     * @param message good for this call only
     */
    void deliver(AmqpQueue queue, Delivery delivery, Message message);

    /** Its queue is gone. */
    void cancelled();
}
