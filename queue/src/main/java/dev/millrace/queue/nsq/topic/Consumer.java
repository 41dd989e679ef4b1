package dev.millrace.queue.nsq.topic;

import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.dispatch.Delivery;

/** Who takes a channel's messages. On the loop; all but {@link #close} under the store's lock. */
public interface Consumer {
    /** True if it takes one more now. */
    boolean isReady();

    /** How long it has for a message. */
    long timeoutMillis();

    /** True if it asked to be spared a part of the messages, and this is one of these. */
    boolean isSpared();

    /** Gives it a message, which is good for the call. */
    void deliver(Message message, Delivery delivery);

    /** One that it had is no longer its own: its time is up, or the channel was emptied. */
    void lost(InFlight message);

    /** Its channel is no more. */
    void close();
}
