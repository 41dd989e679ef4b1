package dev.millrace.kernel.shard;

/**
 * When a checkpoint is worth its cost. It shortens the next start and frees the disk, and costs a
 * walk through everything: so it is due when the journal has grown by as much as the state is
 * large, as with Redis's {@code auto-aof-rewrite-percentage}. A store that is written anew within
 * seconds would have one after the other then; there they are kept apart in time, as long as the
 * journal stays within {@link #OVERGROWN} times those bytes.
 *
 * @param bytes of journal that make one due at least
 * @param growthPercent the same, by the last checkpoint's bytes
 * @param seconds between the end of one and the beginning of the next
 */
record CheckpointPace(long bytes, long growthPercent, long seconds) {
    /** So many times what makes one due, and it is no longer put off. */
    static final int OVERGROWN = 4;

    private static final int PERCENT = 100;
    private static final int MILLIS_PER_SECOND = 1000;

    /**
     * What has come since the last one.
     *
     * @param uncoveredBytes of journal since its cut
     * @param untriedBytes of journal since the last attempt ended, whole or not
     * @param lastBytes of state in it
     * @param millis since it was complete, or since the start
     * @param littleRoom whether the disk has no room for what could wait
     */
    record Growth(
            long uncoveredBytes,
            long untriedBytes,
            long lastBytes,
            long millis,
            boolean littleRoom) {}

    boolean isDue(Growth growth) {
        long wished = Math.max(bytes, growth.lastBytes / PERCENT * growthPercent);
        // What was too much for the disk a moment ago is too much now: let some time pass.
        boolean worthwhile = growth.uncoveredBytes > wished && growth.untriedBytes > wished / 2;
        return worthwhile
                && (growth.littleRoom
                        || growth.millis >= seconds * MILLIS_PER_SECOND
                        || growth.uncoveredBytes / OVERGROWN > wished);
    }
}
