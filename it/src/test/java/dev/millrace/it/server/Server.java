package dev.millrace.it.server;

/**
 * A server process on a port and a data directory of its own. It starts with the object and may be
 * killed or stopped, and started again on the same data; {@link #close} ends it by its process id,
 * deletes the data and is quiet when called twice.
 */
public interface Server extends AutoCloseable {
    /** The loopback port that speaks RESP; it stays the same over restarts. */
    int port();

    /** The process id of the latest start. */
    long pid();

    /** Ends the process with SIGKILL and waits until it is gone. */
    void kill();

    /** Ends the process with SIGTERM, waits until it is gone and returns its exit code. */
    int terminate();

    /** Starts a new process on the same data and port, and waits until it answers. */
    void start();

    /** What the process printed since its latest start. */
    String printed();

    /** Whether the latest process still runs. */
    boolean alive();

    @Override
    void close();
}
