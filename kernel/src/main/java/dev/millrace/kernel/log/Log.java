package dev.millrace.kernel.log;

/**
 * What the operator reads: one line per event, never one per request. An event is a short constant
 * phrase; what varies goes into the fields, as {@code "key", value, "key", value…}.
 *
 * <pre>{@code log.warn("disk nearly full", "free_bytes", free, "folder", folder);}</pre>
 *
 * <p>A {@link Throwable} as a value is written as its class, message and first frame; its whole
 * trace only when the level is {@code debug}. Writing may wait for whoever reads standard error, so
 * event loops log events of a connection's life only when something is wrong, and count the rest.
 */
public interface Log {
    /** How much an event matters. */
    enum Level {
        /** For whoever works on Millrace. */
        DEBUG,
        /** Worth knowing, nothing to do. */
        INFO,
        /** Something to look at, in working hours. */
        WARN,
        /** Something is broken now. */
        ERROR
    }

    /** Whether lines of this level are written at all. */
    boolean writes(Level level);

    /** Writes one line, if the level is written. Fields alternate between keys and values. */
    void write(Level level, String event, Object... fields);

    /** The same log, with lines in the name of a room. */
    Log in(String room);

    /** {@link Level#DEBUG}. */
    default void debug(String event, Object... fields) {
        write(Level.DEBUG, event, fields);
    }

    /** {@link Level#INFO}. */
    default void info(String event, Object... fields) {
        write(Level.INFO, event, fields);
    }

    /** {@link Level#WARN}. */
    default void warn(String event, Object... fields) {
        write(Level.WARN, event, fields);
    }

    /** {@link Level#ERROR}. */
    default void error(String event, Object... fields) {
        write(Level.ERROR, event, fields);
    }

    /** Discards everything; for tests. */
    static Log silent() {
        return SilentLog.INSTANCE;
    }
}
