package dev.millrace.kernel.guard;

import java.time.Duration;

/**
 * How much a client may leave unread.
 *
 * @param hardBytes so much, and it is dropped at once; 0 for no such limit
 * @param softBytes so much for {@code softFor} without a break, and it is dropped; 0 for no limit
 * @param softFor how long it may stay above the soft limit
 */
public record OutputLimit(long hardBytes, long softBytes, Duration softFor) {
    /** Checks that no limit is negative. */
    public OutputLimit {
        if (hardBytes < 0 || softBytes < 0 || softFor.isNegative()) {
            throw new IllegalArgumentException(
                    "output limit: "
                            + hardBytes
                            + " "
                            + softBytes
                            + " "
                            + softFor
                            + " (expected: nothing negative)");
        }
    }

    /** No limit. */
    public static OutputLimit none() {
        return new OutputLimit(0, 0, Duration.ZERO);
    }
}
