package dev.millrace.events.group;

import java.util.Arrays;
import java.util.Optional;

/** How a group shares its messages out (KurrentDB, "Persistent subscriptions", strategies). */
public enum ConsumerStrategy {
    /** To the first, while it has room. */
    DISPATCH_TO_SINGLE("DispatchToSingle"),
    /** To one after another. */
    ROUND_ROBIN("RoundRobin"),
    /** Those of a stream to the same one, as long as it is there. */
    PINNED("Pinned"),
    /** Those of a {@code $correlationId} to the same one, as long as it is there. */
    PINNED_BY_CORRELATION("PinnedByCorrelation");

    private final String wireName;

    ConsumerStrategy(String wireName) {
        this.wireName = wireName;
    }

    /** As clients name it. */
    public String wireName() {
        return wireName;
    }

    /** The one of this name. */
    public static Optional<ConsumerStrategy> of(String wireName) {
        return Arrays.stream(values()).filter(each -> each.wireName.equals(wireName)).findFirst();
    }
}
