package dev.millrace.registry.check;

/** Where probes come from. */
@FunctionalInterface
public interface Probes {
    /**
     * Prepares a question; asks nobody yet.
     *
     * @param kind one that asks ({@link CheckKind#asks})
     * @param outputBytesMax of what the peer says so much is kept
     */
    Probe probe(CheckKind kind, int outputBytesMax);
}
