package dev.millrace.events.subscription;

import dev.millrace.events.group.Group;

import java.util.List;

/**
 * How a subscription is doing. Places are revisions or positions, {@link Group#NONE} if there is
 * none.
 *
 * @param status in KurrentDB's words
 * @param total messages that were sent
 * @param sinceMeasured of them, since somebody last asked
 * @param lastCheckpoint up to which all is done for good
 * @param lastKnown that of the last event that there is
 * @param retrying messages that wait to be sent again, or to be replayed
 * @param inFlight messages that consumers have
 * @param parked messages that were parked, and not replayed
 */
public record SubscriptionInfo(
        Group group,
        String status,
        List<Connection> connections,
        int averagePerSecond,
        long total,
        long sinceMeasured,
        long lastCheckpoint,
        long lastKnown,
        int retrying,
        int inFlight,
        long parked) {
    /** One consumer. */
    public record Connection(
            String name,
            int averagePerSecond,
            long total,
            long sinceMeasured,
            int availableSlots,
            int inFlight,
            List<Measurement> measurements) {}

    /** Something measured, in milliseconds. */
    public record Measurement(String name, long millis) {}

    static int perSecond(long count, long millis) {
        return millis == 0 ? 0 : (int) (count * 1_000 / millis);
    }
}
