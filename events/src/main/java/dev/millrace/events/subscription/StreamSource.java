package dev.millrace.events.subscription;

import dev.millrace.events.append.StreamName;
import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.read.StreamView;
import dev.millrace.events.state.State;

import org.jspecify.annotations.Nullable;

/** A stream, which need not be there yet; places are its revisions. */
final class StreamSource implements Source {
    private final Host host;
    private final String name;
    private final long from;
    private final Runnable ready;
    private long until;
    private int stream = -1;
    private @Nullable StreamCursor cursor;

    /**
     * @param from the first revision that is wanted
     * @param until the first that is not
     * @param ready run, on another thread, when what it waited for is there
     */
    StreamSource(Host host, String name, long from, long until, Runnable ready) {
        this.host = host;
        this.name = name;
        this.from = from;
        this.until = until;
        this.ready = ready;
    }

    private State state() {
        return host.store().state();
    }

    /** The first revision that is not wanted. */
    void until(long revision) {
        until = revision;
    }

    long until() {
        return until;
    }

    private boolean isThere() {
        if (stream < 0) {
            StreamName named = StreamName.in(host.store().scratch(), name);
            stream = state().streams().find(named.address(), named.bytes());
        }
        return stream >= 0;
    }

    private StreamView view() {
        return isThere() ? StreamView.of(state(), stream, host.nowMillis()) : StreamView.NONE;
    }

    /** The first revision that is to be seen, now or when it is written. */
    long first() {
        StreamView view = view();
        return isThere() && view.isNone() ? state().streams().last(stream) + 1 : view.first();
    }

    @Override
    public long last() {
        return view().last();
    }

    @Override
    public boolean isGone() {
        return isThere() && state().streams().isTombstoned(stream);
    }

    @Override
    public Cursor.Step read(Taker taker) {
        if (!isThere() || isGone()) {
            return Cursor.Step.END;
        }
        StreamCursor reading = cursor;
        if (reading == null) {
            reading = state().log().read(stream, from, true, ready);
            cursor = reading;
        }
        StreamView view = view();
        return reading.read(
                view.first(),
                Math.min(view.last(), until - 1),
                host.visible(),
                event ->
                        view.isYoung(event)
                                ? taker.take(Event.revision(event), event)
                                : taker.pass(Event.revision(event)));
    }

    @Override
    public void close() {
        StreamCursor open = cursor;
        if (open != null) {
            open.close();
        }
    }
}
