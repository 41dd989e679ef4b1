package dev.millrace.events.subscription;

import org.jspecify.annotations.Nullable;

import java.util.UUID;

/**
 * An event that is not done yet. The event itself stays in the log, from which it is read again if
 * it has to be sent again: what a message takes of memory is the same for all.
 *
 * <pre>
 *   waiting ⇄ in flight (a consumer has it)
 *   in flight → done
 *   in flight → being parked → done
 *   waiting → done (its event is no more)
 * </pre>
 */
final class Message {
    /**
     * What of an event is remembered. The event is the one that stands in the source; if it is a
     * link that is followed, the target is what it leads to.
     *
     * @param stream the number of its stream, and {@code revision} its place there
     * @param targetStream the number of the target's, or the same stream
     * @param brokenLink what a link says that leads nowhere; else empty
     * @param bucket decides which consumer is to have it
     */
    record Origin(
            UUID id,
            int stream,
            long revision,
            int targetStream,
            long targetRevision,
            String brokenLink,
            int bucket) {}

    private final Line line;
    private final long place;
    private final long previous;
    private final long sequence;
    private final Origin origin;
    private int retries;
    private long sentMillis;
    private @Nullable Consumer consumer;

    /** In flight, another message of the same id, which was sent before. */
    @Nullable Message sameId;

    /**
     * @param previous the place before it
     * @param sequence its number in its line
     */
    Message(Line line, long place, long previous, long sequence, Origin origin) {
        this.line = line;
        this.place = place;
        this.previous = previous;
        this.sequence = sequence;
        this.origin = origin;
    }

    Line line() {
        return line;
    }

    long place() {
        return place;
    }

    long previous() {
        return previous;
    }

    long sequence() {
        return sequence;
    }

    Origin origin() {
        return origin;
    }

    /** How often it was sent before. */
    int retries() {
        return retries;
    }

    long sentMillis() {
        return sentMillis;
    }

    /** Who has it, if anybody. */
    @Nullable Consumer consumer() {
        return consumer;
    }

    void sent(Consumer to, long nowMillis) {
        consumer = to;
        sentMillis = nowMillis;
    }

    /** Nobody has it any more. */
    void back() {
        consumer = null;
    }

    /** It is to be sent again. */
    void retry() {
        retries++;
    }
}
