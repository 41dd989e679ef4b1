package dev.millrace.events.append;

/**
 * What a writer expects of a stream: its last revision, or one of these (KurrentDB's
 * ExpectedVersion).
 */
public final class Expected {
    /** Nothing was ever written to it, or it was deleted. */
    public static final long NO_STREAM = -1;

    /** Nothing is expected. */
    public static final long ANY = -2;

    /** Something was written to it. */
    public static final long EXISTS = -4;

    private Expected() {}
}
