package dev.millrace.kernel.journal;

/**
 * How long a sync by the journal's thread waits for records that are on their way.
 *
 * <p>On a slow disk, clients that wait for their replies split in two: while one half waits for a
 * sync, the other half's next records come in just too late for it, and the next sync, begun at
 * once, is for them alone. So each sync covers half of what it could. A pause of a quarter of a
 * sync's time lets both halves meet. Where nobody comes in the pause, as with a single client, it
 * would only cost: then it is left out for twice as many syncs each time it gained nothing.
 *
 * <p>One thread's. PostgreSQL's {@code commit_delay} is the same idea with a fixed time.
 */
final class Gathering {
    private static final int SYNC_SHARE = 4;
    private static final long PAUSE_NANOS_MAX = 2_000_000;
    private static final int LEFT_OUT_MAX = 256;

    private int leftOut;
    private int leftOutNext = 1;

    /** How long to wait now. */
    long pauseNanos(long syncNanos) {
        if (leftOut > 0) {
            leftOut--;
            return 0;
        }
        return Math.min(syncNanos / SYNC_SHARE, PAUSE_NANOS_MAX);
    }

    /** Told after a pause how many records came in it. */
    void gained(long records) {
        if (records > 0) {
            leftOutNext = 1;
        } else {
            leftOut = leftOutNext;
            leftOutNext = Math.min(2 * leftOutNext, LEFT_OUT_MAX);
        }
    }
}
