package dev.millrace.events.log;

import dev.millrace.events.stream.StreamTable;

import org.jspecify.annotations.Nullable;

/** A place in a stream, which may be a derived one: what is read of that is links. */
public final class StreamCursor implements Cursor {
    /** Of the first window; each is twice as long as the one before, for who reads on. */
    private static final int WINDOW_BYTES_MIN = 128 << 10;

    private static final int WINDOW_BYTES_MAX = 512 << 10;

    private final EventLog log;
    private final int stream;
    private final boolean forward;
    private final Runnable ready;
    private long next;
    private @Nullable Window window;
    private int windowAt;
    private long windowOffset;
    private int windowBytes = WINDOW_BYTES_MIN;
    private boolean loading;
    private boolean closed;

    StreamCursor(EventLog log, int stream, long from, boolean forward, Runnable ready) {
        this.log = log;
        this.stream = stream;
        this.next = from;
        this.forward = forward;
        this.ready = ready;
    }

    /** The revision that it will look for next. */
    public long next() {
        return next;
    }

    /**
     * Reads on.
     *
     * @param first the first revision that is to be seen
     * @param last the last
     * @param visible the last position that is to be seen
     */
    public Step read(long first, long last, long visible, EventTaker taker) {
        next = forward ? Math.max(next, first) : Math.min(next, last);
        while (forward ? next <= last : next >= first) {
            if (loading) {
                return Step.LOADING;
            }
            long event = window();
            long revision = event == 0 ? next : windowRevision();
            if (event == 0 || revision != next) {
                // Memory may have what no file has; who reads on in a file need not look there.
                long inMemory = log.hot(stream, next);
                event = inMemory == 0 ? event : inMemory;
                revision = inMemory == 0 ? revision : next;
            }
            if (event == 0) {
                if (!skipsGap()) {
                    return loading ? Step.LOADING : Step.END;
                }
                continue;
            }
            if (Event.position(event) > visible || (forward ? revision > last : revision < first)) {
                return Step.END;
            }
            boolean derived = StreamTable.isDerived(stream);
            if (!taker.take(derived ? log.links().of(stream, revision, event) : event)) {
                return Step.STOPPED;
            }
            next = forward ? revision + 1 : revision - 1;
        }
        return Step.END;
    }

    /** The next event of the window, 0 if it has none. */
    private long window() {
        Window has = window;
        while (has != null && windowAt < has.count()) {
            long event = has.address() + windowOffset;
            long revision = windowRevision();
            if (forward ? revision >= next : revision <= next) {
                return event;
            }
            windowOffset += Event.bytes(event);
            windowAt++;
        }
        return 0;
    }

    private long windowRevision() {
        Window has = window;
        return has == null ? -1 : has.revisions()[windowAt];
    }

    /**
     * There is no event of this revision in memory. Asks the files, or, when they have none either,
     * goes on behind the gap; false if there is nothing to go on with now.
     */
    private boolean skipsGap() {
        Window has = window;
        boolean asked = has != null && has.count() == 0 && has.filesKnown() == log.filesKnown();
        letGo();
        if (!asked) {
            loading = true;
            log.files()
                    .window(log.filesOf(stream), stream, next, forward, windowBytes, this::loaded);
            windowBytes = Math.min(windowBytes * 2, WINDOW_BYTES_MAX);
            return !loading; // Who reads for himself has it already.
        }
        long later = log.nextHot(stream, next, forward);
        if (later < 0) {
            return false;
        }
        next = later;
        return true;
    }

    /** On another thread. */
    private void loaded(Window found) {
        log.lock().lock();
        try {
            loading = false;
            if (closed) {
                found.release();
                return;
            }
            window = found;
            windowAt = 0;
            windowOffset = 0;
        } finally {
            log.lock().unlock();
        }
        ready.run();
    }

    private void letGo() {
        Window has = window;
        if (has != null) {
            window = null;
            has.release();
        }
    }

    @Override
    public void close() {
        closed = true;
        letGo();
    }
}
