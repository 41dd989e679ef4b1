package dev.millrace.events.group;

import java.util.Arrays;
import java.util.Optional;

/** How a group shares its messages out (KurrentDB, "Persistent subscriptions", strategies). */
public enum ConsumerStrategy {
    /** To the first, while it has room. */
    DISPATCH_TO_SINGLE(0, "DispatchToSingle"),
    /** To one after another. */
    ROUND_ROBIN(1, "RoundRobin"),
    /** Those of a stream to the same one, as long as it is there. */
    PINNED(2, "Pinned"),
    /** Those of a {@code $correlationId} to the same one, as long as it is there. */
    PINNED_BY_CORRELATION(3, "PinnedByCorrelation");

    private final int code;
    private final String wireName;

    ConsumerStrategy(int code, String wireName) {
        this.code = code;
        this.wireName = wireName;
    }

    /** What effects have. */
    int code() {
        return code;
    }

    /** As clients name it. */
    public String wireName() {
        return wireName;
    }

    /** The one of this code. */
    static Optional<ConsumerStrategy> of(int code) {
        return Arrays.stream(values()).filter(each -> each.code == code).findFirst();
    }

    /** The one of this name. */
    public static Optional<ConsumerStrategy> of(String wireName) {
        return Arrays.stream(values()).filter(each -> each.wireName.equals(wireName)).findFirst();
    }
}
