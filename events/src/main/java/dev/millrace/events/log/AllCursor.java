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
            Step step =
                    hot == null
                            ? readFile(segment.needFile(), visible, taker)
                            : read(hot, visible, taker);
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

    private Step readFile(SegmentFile file, long visible, EventTaker taker) {
        int piece = file.pieceOf(next);
        if (forward && piece < 0) {
            piece = 0;
        }
        if (piece < 0 || file.pieces() == 0) {
            next = forward ? file.last() + 1 : file.first() - 1;
            return Step.END;
        }
        @Nullable LoadedPiece loaded = log.files().loaded(file, piece, ready);
        if (loaded == null) {
            return Step.LOADING;
        }
        return forward
                ? readForward(loaded, file.pieceFirst(piece + 1), visible, taker)
                : readBackward(loaded, file.pieceFirst(piece), taker);
    }

    private Step readForward(LoadedPiece loaded, long behind, long visible, EventTaker taker) {
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
        next = behind;
        return Step.END;
    }

    private Step readBackward(LoadedPiece loaded, long first, EventTaker taker) {
        for (int i = loaded.find(next + 1) - 1; i >= 0; i--) {
            long event = loaded.at(i);
            if (!taker.take(event)) {
                return Step.STOPPED;
            }
            next = Event.position(event) - 1;
        }
        next = first - 1;
        return Step.END;
    }

    @Override
    public void close() {
        // What was loaded is shared by all who read there.
    }
}
