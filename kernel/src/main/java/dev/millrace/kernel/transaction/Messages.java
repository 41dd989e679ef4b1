package dev.millrace.kernel.transaction;

/**
 * What a message queue lets others do within their own records. Bodies are somewhere outside the
 * heap, and stay there until the change is made.
 */
public interface Messages extends Participant {
    /**
     * A message for a topic, which is made if there is none. The change answers 1.
     *
     * @param delayMillis nobody is to have it before; 0: at once
     */
    Verdict publish(String topic, long body, int bodyBytes, long delayMillis);

    /**
     * A message for the queues that an exchange sends it to. The change answers how many these are,
     * perhaps 0.
     */
    Verdict publish(String exchange, String routingKey, long body, int bodyBytes);
}
