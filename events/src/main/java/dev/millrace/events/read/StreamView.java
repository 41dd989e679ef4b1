package dev.millrace.events.read;

import dev.millrace.events.log.Event;
import dev.millrace.events.log.Kept;
import dev.millrace.events.state.State;
import dev.millrace.events.stream.Limits;
import dev.millrace.events.stream.StreamTable;

/**
 * What is to be seen of a stream now: its limits applied. Of a stream of metadata that is the last
 * event, if it has no limits of its own.
 *
 * @param first the first revision that is to be seen
 * @param last the last
 * @param notBefore nothing that was created before, 100 ns since 1970
 */
public record StreamView(long first, long last, long notBefore) {
    /** Of a stream of which nothing is to be seen, for it was deleted or never written. */
    public static final StreamView NONE = new StreamView(0, -1, 0);

    private static final long TICKS_PER_SECOND = 10_000_000;
    private static final long TICKS_PER_MILLI = 10_000;

    /** The view of a stream, by its number; -1: of none. Under the lock. */
    public static StreamView of(State state, int stream, long nowMillis) {
        StreamTable streams = state.streams();
        if (stream < 0 || streams.last(stream) < 0) {
            return NONE;
        }
        Limits limits = streams.limits(stream);
        if (limits.isDeleted()) {
            return NONE;
        }
        long last = streams.last(stream);
        long maxCount = limits.maxCount();
        if (maxCount == 0
                && StreamTable.isMeta(streams.nameAddress(stream), streams.nameBytes(stream))) {
            maxCount = 1;
        }
        long first = limits.truncateBefore();
        if (maxCount > 0) {
            first = Math.max(first, last - maxCount + 1);
        }
        long notBefore =
                limits.maxAgeSeconds() == 0
                        ? 0
                        : nowMillis * TICKS_PER_MILLI - limits.maxAgeSeconds() * TICKS_PER_SECOND;
        return new StreamView(first, last, notBefore);
    }

    /** What a scavenge leaves of a stream; of one that is deleted for good, what says so. */
    public static Kept kept(State state, int stream, long nowMillis) {
        StreamTable streams = state.streams();
        if (streams.isTombstoned(stream)) {
            return new Kept(State.TOMBSTONE_REVISION, 0);
        }
        long name = streams.nameAddress(stream);
        int bytes = streams.nameBytes(stream);
        if (StreamTable.isMeta(name, bytes)) {
            int described = streams.findOrdinary(name + 2, bytes - 2);
            if (described >= 0 && streams.isTombstoned(described)) {
                return new Kept(State.TOMBSTONE_REVISION, 0);
            }
        }
        StreamView view = of(state, stream, nowMillis);
        return new Kept(view.isNone() ? streams.last(stream) + 1 : view.first(), view.notBefore());
    }

    /** True if there is no stream, as far as a reader can tell. */
    public boolean isNone() {
        return last < 0;
    }

    /** True if the event is not too old. */
    public boolean isYoung(long event) {
        return Event.created(event) >= notBefore;
    }
}
