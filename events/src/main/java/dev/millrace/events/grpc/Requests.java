package dev.millrace.events.grpc;

/** What a client sends in one call, told on the call's loop. */
public interface Requests {
    /** A message, which is there during the call. */
    void message(long address, int bytes);

    /** The client sends no more. */
    void halfClosed();

    /** The client has gone, or wants no more; nothing that is sent reaches it. */
    default void cancelled() {}

    /** It takes more after it did not ({@link Call#isWritable}). */
    default void writable() {}
}
