package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

import java.util.Optional;

/**
 * Counts the answers to one check until they are enough to change its status (Consul's
 * StatusHandler).
 *
 * <pre>
 * answer             counted      enough                               status
 * passing, warning   successes    successBeforePassing                 as answered
 * critical           failures     failuresBeforeCritical               critical
 *                                 failuresBeforeWarning, fewer than    warning
 * </pre>
 *
 * <p>An answer of one sort sets the count of the other to nothing. The first answer is always
 * enough: nothing is known before it.
 */
final class Tally {
    private final Thresholds thresholds;
    private int successes;
    private int failures;

    Tally(Thresholds thresholds) {
        this.thresholds = thresholds;
        this.successes = thresholds.successBeforePassing();
        this.failures = thresholds.failuresBeforeCritical();
    }

    /** The status after another answer, if the answers are enough for one. */
    Optional<Status> count(Status answer) {
        return switch (answer) {
            case PASSING, WARNING -> success(answer);
            case CRITICAL -> failure();
        };
    }

    private Optional<Status> success(Status answer) {
        failures = 0;
        successes = oneMore(successes);
        return successes >= thresholds.successBeforePassing()
                ? Optional.of(answer)
                : Optional.empty();
    }

    private Optional<Status> failure() {
        successes = 0;
        failures = oneMore(failures);
        if (failures >= thresholds.failuresBeforeCritical()) {
            return Optional.of(Status.CRITICAL);
        }
        return failures >= thresholds.failuresBeforeWarning()
                ? Optional.of(Status.WARNING)
                : Optional.empty();
    }

    private static int oneMore(int count) {
        return count == Integer.MAX_VALUE ? count : count + 1;
    }
}
