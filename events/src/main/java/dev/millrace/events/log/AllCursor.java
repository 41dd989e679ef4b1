package dev.millrace.events.log;

import org.jspecify.annotations.Nullable;

/** A place in the whole log. */
public final class AllCursor implements Cursor {
    private final EventLog log;
    private final boolean forward;
    private final Runnable ready;
    private long next;

    AllCursor(EventLog log, long from, boolean forward, Runnable ready) {
        this.log = log;
        this.next = from;
        this.forward = forward;
        this.ready = ready;
    }

    /** The position that it will look for next. */
    public long next() {
        return next;
    }

    /**
     * Reads on.
     *
     * @param visible the last position that is to be seen
     */
    public Step read(long visible, EventTaker taker) {
        if (!forward) {
            next = Math.min(next, visible);
        }
        while (forward ? next <= visible : next >= 1) {
            Segment segment = log.segmentOf(next);
            if (segment == null) {
                return Step.END;
            }
            HotEvents hot = segment.hot();
            Step step = hot == null ? readFile(segment, visible, taker) : read(hot, visible, taker);
            if (step != Step.END) {
                return step;
            }
        }
        return Step.END;
    }

    private Step read(HotEvents hot, long visible, EventTaker taker) {
        long last = Math.min(visible, hot.first() + hot.count() - 1);
        while (forward ? next <= last : next >= hot.first()) {
            if (!taker.take(hot.at((int) (next - hot.first())))) {
                return Step.STOPPED;
            }
            next += forward ? 1 : -1;
        }
        return Step.END;
    }

    private Step readFile(Segment segment, long visible, EventTaker taker) {
        @Nullable LoadedSegment loaded = log.files().loaded(segment, ready);
        if (loaded == null) {
            return Step.LOADING;
        }
        return forward
                ? readForward(segment, loaded, visible, taker)
                : readBackward(segment, loaded, taker);
    }

    private Step readForward(
            Segment segment, LoadedSegment loaded, long visible, EventTaker taker) {
        for (int i = loaded.find(next); i < loaded.count(); i++) {
            long event = loaded.at(i);
            if (Event.position(event) > visible) {
                next = visible + 1;
                return Step.END;
            }
            if (!taker.take(event)) {
                return Step.STOPPED;
            }
            next = Event.position(event) + 1;
        }
        next = log.endOf(segment);
        return Step.END;
    }

    private Step readBackward(Segment segment, LoadedSegment loaded, EventTaker taker) {
        for (int i = loaded.find(next + 1) - 1; i >= 0; i--) {
            long event = loaded.at(i);
            if (!taker.take(event)) {
                return Step.STOPPED;
            }
            next = Event.position(event) - 1;
        }
        next = segment.first() - 1;
        return Step.END;
    }

    @Override
    public void close() {
        // What was loaded is shared by all who read there.
    }
}
