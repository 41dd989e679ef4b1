package dev.millrace.kernel.transaction;

import java.util.function.LongSupplier;

/** What a room says to a change that is to be part of another room's record. */
public sealed interface Verdict {
    /**
     * It can be done.
     *
     * @param bytes what it takes of the record, at most
     * @param change does it, once; before the room is left, and in the order of the checks. It
     *     answers what the change says it answers, and throws nothing
     */
    record Allowed(long bytes, LongSupplier change) implements Verdict {}

    /**
     * It cannot.
     *
     * @param reason in the words of the room's own protocol; its code comes first
     */
    record Refused(String reason) implements Verdict {}

    /**
     * Not at the moment: the room's disk is behind, or something must be read from it first. To be
     * asked again after some ms, and nothing of it may be held meanwhile.
     */
    record NotNow() implements Verdict {}
}
