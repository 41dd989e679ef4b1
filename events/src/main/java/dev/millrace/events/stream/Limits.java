package dev.millrace.events.stream;

/**
 * Which of a stream's events are to be seen, as its metadata says ({@code $tb}, {@code $maxCount},
 * {@code $maxAge}).
 *
 * @param truncateBefore the first revision that is; {@link #DELETED}: none, until it is written
 *     again
 * @param maxCount at most so many, 0: all
 * @param maxAgeSeconds none that is older, 0: all
 */
public record Limits(long truncateBefore, long maxCount, long maxAgeSeconds) {
    /** {@code $tb} of a stream that was deleted, and may be written again. */
    public static final long DELETED = Long.MAX_VALUE;

    /** The most that the table keeps; what is more is no limit. */
    public static final long COUNT_MAX = 0xffff_ffffL;

    public static final Limits NONE = new Limits(0, 0, 0);

    public Limits {
        if (truncateBefore < 0
                || maxCount < 0
                || maxCount > COUNT_MAX
                || maxAgeSeconds < 0
                || maxAgeSeconds > COUNT_MAX) {
            throw new IllegalArgumentException(
                    truncateBefore + ", " + maxCount + ", " + maxAgeSeconds);
        }
    }

    /** True if nothing is to be seen until the stream is written again. */
    public boolean isDeleted() {
        return truncateBefore == DELETED;
    }
}
