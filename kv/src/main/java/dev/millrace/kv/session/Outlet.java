package dev.millrace.kv.session;

/** The way back to a client: a socket, or what a test puts in its place. Used on its loop only. */
public interface Outlet {
    /**
     * Sends bytes, after those given before, and not before the journal is durable up to {@code
     * dependsOn} (0: at once). The memory is the caller's again on return.
     */
    void write(long address, long bytes, long dependsOn);

    /** Lets what was written go out now, not at the end of the turn. */
    void flush();

    /** Reads no more from the client until {@link #resume}. */
    void pause();

    void resume();

    /** Closes when all that was written is out. */
    void closeAfterWrites();

    /** Closes at once; from any thread. {@link Lane#closed} follows, but not within this call. */
    void close();

    /** The client's address as CLIENT LIST shows it. */
    String peer();

    /** The address it came to. */
    String local();

    /** Bytes written and not yet taken by the client. */
    long pendingBytes();

    /** Bytes that all clients together may leave untaken beyond what they do. */
    default long roomBytes() {
        return Long.MAX_VALUE;
    }
}
