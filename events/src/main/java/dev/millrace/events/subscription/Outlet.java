package dev.millrace.events.subscription;

/** The way to a consumer. Nothing here calls the subscription before it returns. */
public interface Outlet {
    /** False while it takes less than it was sent. */
    boolean isWritable();

    /**
     * Sends a message, with {@link #flush} at the latest.
     *
     * @param event the event, there during the call; 0: the link leads nowhere
     * @param link the link that led to it, or 0
     * @param retries how often it was sent before
     */
    void deliver(long event, long link, int retries);

    void flush();

    /** The subscription is no more, or is another one: the consumer has to come again. */
    void dropped();
}
