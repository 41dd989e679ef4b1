package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

/**
 * What came of asking once.
 *
 * @param output for people
 */
public record Answer(Status status, String output) {
    /** All is well. */
    public static Answer passing(String output) {
        return new Answer(Status.PASSING, output);
    }

    /** All is not well. */
    public static Answer critical(String output) {
        return new Answer(Status.CRITICAL, output);
    }
}
