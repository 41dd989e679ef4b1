package dev.millrace.kernel.journal;

/**
 * How long a sync by the journal's thread waits for records that are on their way.
 *
 * <p>On a slow disk, clients that wait for their replies split in two: while one half waits for a
 * sync, the other half's next records come in just too late for it, and the next sync, begun at
 * once, is for them alone. So each sync covers half of what it could. A pause of a quarter of a
 * sync's time lets both halves meet. Where nobody comes in the pause, as with a single client, it
 * would only cost: then it is left out for twice as many syncs each time it gained nothing. A loop
 * that syncs by itself, and does nothing else meanwhile, gains more: what it would have synced one
 * by one.
 *
 * <p>One thread's. PostgreSQL's {@code commit_delay} is the same idea with a fixed time.
 */
public final class Gathering {
    private static final int PERCENT = 100;
    private static final long PAUSE_NANOS_MAX = 2_000_000;
    private static final int LEFT_OUT_MAX = 256;

    private final int percent;
    private int leftOut;
    private int leftOutNext = 1;

    /**
     * @param percent of the time that a sync takes, which a pause takes
     */
    public Gathering(int percent) {
        this.percent = percent;
    }

    /** How long to wait now. */
    public long pauseNanos(long syncNanos) {
        if (leftOut > 0) {
            leftOut--;
            return 0;
        }
        return Math.min(syncNanos * percent / PERCENT, PAUSE_NANOS_MAX);
    }

    /** Told after a pause how many records came in it, or who else waits. */
    public void gained(long records) {
        if (records > 0) {
            leftOutNext = 1;
        } else {
            leftOut = leftOutNext;
            leftOutNext = Math.min(2 * leftOutNext, LEFT_OUT_MAX);
        }
    }
}
