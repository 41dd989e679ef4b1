package dev.millrace.kernel.transaction;

/** What an event store lets others do within their own records. */
public interface Streams extends Participant {
    /** Nothing is expected of a stream. */
    long ANY = -2;

    /** It is expected that there is no such stream. */
    long NO_STREAM = -1;

    /** A run of bytes outside the heap, that stays as it is until the change is made. */
    record Bytes(long address, int count) {}

    /**
     * An event that is to be appended; its id is new.
     *
     * @param stream its name
     * @param json whether the data is JSON: {@link Streams#isJson}
     * @param meta empty, or JSON
     * @param expected the stream's last revision, {@link #ANY} or {@link #NO_STREAM}
     */
    record Append(Bytes stream, Bytes type, Bytes data, boolean json, Bytes meta, long expected) {}

    /** True if all of it is one value of JSON. From any thread, joined or not. */
    boolean isJson(Bytes bytes);

    /** An event for a stream. The change answers its revision. */
    Verdict append(Append event);
}
