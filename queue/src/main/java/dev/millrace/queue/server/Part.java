package dev.millrace.queue.server;

/** A connection's part in a turn of the loop: see {@link QueueLoop#join}. */
public interface Part {
    /** Does what the client wants; within {@link QueueLoop#change}. */
    void change();

    /** What all have changed in this turn is committed. */
    void committed();

    /** {@link #change} has thrown something: the connection is to end. */
    void failed(RuntimeException cause);
}
