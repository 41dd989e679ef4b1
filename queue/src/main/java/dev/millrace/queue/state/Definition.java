package dev.millrace.queue.state;

/** What a protocol wants to find again after a restart: a topic, an exchange, a binding. */
public final class Definition {
    private Definition() {}

    /**
     * What it goes by.
     *
     * @param kind the protocol's own number for it, 0 to 255
     * @param text unique among its kind
     */
    public record Name(int kind, String text) {
        public Name {
            if (kind < 0 || kind > 255) {
                throw new IllegalArgumentException("kind: " + kind + " (expected: 0 to 255)");
            }
        }
    }
}
