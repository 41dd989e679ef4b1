package dev.millrace.kernel.journal;

/**
 * What a power cut may take from what was acknowledged. A killed process loses nothing under any of
 * them: a record is with the operating system before anything that depends on it leaves.
 */
public enum SyncPolicy {
    /** What the kernel had not written back by itself. */
    OS,
    /** At most about a second. */
    EVERYSEC,
    /** Nothing: replies wait for the disk, many for one sync. */
    ALWAYS;

    /** The one that loses less. */
    public SyncPolicy stricter(SyncPolicy other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
