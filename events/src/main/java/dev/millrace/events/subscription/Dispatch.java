package dev.millrace.events.subscription;

import dev.millrace.events.group.ConsumerStrategy;

import org.jspecify.annotations.Nullable;

/** Which consumer gets a message. */
sealed interface Dispatch permits Turns, Pinning {
    static Dispatch of(ConsumerStrategy strategy) {
        return switch (strategy) {
            case ROUND_ROBIN -> new Turns(true);
            case DISPATCH_TO_SINGLE -> new Turns(false);
            case PINNED -> new Pinning(false);
            case PINNED_BY_CORRELATION -> new Pinning(true);
        };
    }

    void joined(Consumer consumer);

    void left(Consumer consumer);

    /** True if anybody could be sent something. */
    boolean hasRoom();

    /** What decides of an event; {@code event} 0: the link leads nowhere. */
    int bucket(Host host, long event, long link);

    /** Who is to have the next message of a bucket, or nobody at the moment. */
    @Nullable Consumer choose(int bucket);

    /** It was sent. */
    void sent(Consumer to, int bucket);

    /** It is back, or done. */
    void settled(Consumer of, int bucket);
}
