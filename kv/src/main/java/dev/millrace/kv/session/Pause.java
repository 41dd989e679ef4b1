package dev.millrace.kv.session;

/**
 * CLIENT PAUSE: which commands wait, and until when.
 *
 * @param endMillis ms since 1970
 */
public record Pause(Scope scope, long endMillis) {
    /** The stricter is the later. */
    public enum Scope {
        /** What changes something, or tells others. */
        WRITE,
        ALL
    }

    /** What waits until somebody says that it need not any more. */
    static final Pause OF_WRITES = new Pause(Scope.WRITE, Long.MAX_VALUE);

    /** Both at once: as strict as the stricter, as long as the longer. */
    Pause and(Pause other) {
        return new Pause(
                scope.compareTo(other.scope) > 0 ? scope : other.scope,
                Math.max(endMillis, other.endMillis));
    }
}
