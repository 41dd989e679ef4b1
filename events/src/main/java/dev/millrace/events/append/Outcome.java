package dev.millrace.events.append;

/** What became of an append, a deletion or a tombstone. */
public sealed interface Outcome {
    /**
     * It is done.
     *
     * @param revision the stream's last revision, of what was appended; -1 if there is none
     * @param position that of the last event
     */
    record Done(long revision, long position) implements Outcome {}

    /**
     * The stream is not where it was expected.
     *
     * @param revision its last one, -1 if there is no stream
     */
    record WrongRevision(long revision) implements Outcome {}

    /** The stream is deleted for good. */
    record Tombstoned() implements Outcome {}

    /** The name is a derived stream's, which the system writes. */
    record Denied() implements Outcome {}

    /**
     * Whether it is done already must be looked up in a file; to be asked again when that is read.
     */
    record Loading() implements Outcome {}
}
