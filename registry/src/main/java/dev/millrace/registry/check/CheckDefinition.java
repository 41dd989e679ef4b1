package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

import java.time.Duration;

/**
 * One check as it runs.
 *
 * @param interval from the beginning of one question to that of the next; zero for kinds that ask
 *     nobody
 * @param timeout how long an answer may take
 * @param deregisterAfter how long the check may be critical before its service is deregistered;
 *     zero: for ever
 * @param outputBytesMax of what a peer says so much is kept
 * @param initial the status before the first answer
 */
public record CheckDefinition(
        CheckKind kind,
        Duration interval,
        Duration timeout,
        Thresholds thresholds,
        Duration deregisterAfter,
        int outputBytesMax,
        Status initial) {
    /** Nobody is asked more often. */
    public static final Duration INTERVAL_MIN = Duration.ofSeconds(1);

    /** How long an answer may take if the definition does not say. */
    public static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(10);

    /** No service is deregistered earlier. */
    public static final Duration DEREGISTER_MIN = Duration.ofMinutes(1);

    /** Of what a peer says so much is kept if the definition does not say less. */
    public static final int OUTPUT_BYTES = 4_096;

    public CheckDefinition {
        if (kind.asks() && interval.compareTo(INTERVAL_MIN) < 0) {
            throw new IllegalArgumentException("interval: " + interval + " (expected: >= 1 s)");
        }
        if (kind.asks() && !timeout.isPositive()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
        }
        if (outputBytesMax < 1) {
            throw new IllegalArgumentException("output: " + outputBytesMax + " (expected: >= 1)");
        }
    }

    /** How it stands before the first answer. */
    public Standing initially() {
        return new Standing(initial, "");
    }
}
