package dev.millrace.events.group;

import dev.millrace.events.read.Filter;

/**
 * What a group was created with, or updated to.
 *
 * @param startFrom the revision or position as it was asked for; {@link #END}
 * @param filter which events are wanted; of a group of {@code $all} only
 * @param messageTimeoutMillis how long a consumer has; 0: it is over at the next tick
 * @param checkpointAfterMillis the least time between two checkpoints that are not for their
 *     number; 0: none is made by time
 * @param minCheckpointCount how many messages a checkpoint by time is for, at least
 * @param maxCheckpointCount after so many one is made, whatever the time
 * @param maxRetryCount so often a message is sent again before it is parked
 * @param maxSubscriberCount consumers at one time; 0: any number
 * @param liveBufferSize told, and otherwise of no meaning: nothing is read ahead
 * @param readBatchSize likewise
 * @param historyBufferSize how many messages may wait for the consumer that they belong to while
 *     others are sent theirs
 */
public record GroupSettings(
        long startFrom,
        boolean resolveLinks,
        boolean extraStatistics,
        int messageTimeoutMillis,
        int checkpointAfterMillis,
        int minCheckpointCount,
        int maxCheckpointCount,
        int maxRetryCount,
        int maxSubscriberCount,
        int liveBufferSize,
        int readBatchSize,
        int historyBufferSize,
        ConsumerStrategy strategy,
        Filter filter) {
    /** What comes after the group was created. */
    public static final long END = -1;

    /** The same for other events. */
    public GroupSettings with(Filter other) {
        return new GroupSettings(
                startFrom,
                resolveLinks,
                extraStatistics,
                messageTimeoutMillis,
                checkpointAfterMillis,
                minCheckpointCount,
                maxCheckpointCount,
                maxRetryCount,
                maxSubscriberCount,
                liveBufferSize,
                readBatchSize,
                historyBufferSize,
                strategy,
                other);
    }
}
