package dev.millrace.queue.backlog;

/**
 * What a message's header says of it.
 *
 * @param id unique in the store
 * @param timestampNanos when it was published, since 1970
 * @param attempts how often it was delivered before it came to where it is, 0 to 65535
 * @param flags the protocol's own, 16 bits
 */
public record Envelope(long id, long timestampNanos, int attempts, int flags) {
    public Envelope {
        if (attempts < 0 || attempts > 0xffff || flags < 0 || flags > 0xffff) {
            throw new IllegalArgumentException("attempts " + attempts + ", flags " + flags);
        }
    }
}
