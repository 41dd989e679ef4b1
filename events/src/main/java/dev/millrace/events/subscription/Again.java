package dev.millrace.events.subscription;

import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.EventTaker;
import dev.millrace.events.log.StreamCursor;

import org.jspecify.annotations.Nullable;

/**
 * Reads events again which had been read before: one at a time. Whether its stream shows such an
 * event any more does not matter, only whether it is still there.
 */
final class Again implements AutoCloseable {
    private final Host host;
    private final Runnable ready;
    private @Nullable StreamCursor cursor;
    private int stream;
    private long revision;

    /**
     * @param ready run, on another thread, when what it waited for is there
     */
    Again(Host host, Runnable ready) {
        this.host = host;
        this.ready = ready;
    }

    /**
     * Gives the event of a message to a taker; nothing if it is no more.
     *
     * @return {@code LOADING}: to be called again when it is there; {@code STOPPED}: the taker did
     *     not take it
     */
    Cursor.Step read(Message.Origin origin, EventTaker taker) {
        StreamCursor reading = cursor(origin);
        Cursor.Step step =
                reading.read(origin.revision(), origin.revision(), host.visible(), taker);
        if (step == Cursor.Step.END) {
            close();
        }
        return step;
    }

    private StreamCursor cursor(Message.Origin origin) {
        StreamCursor open = cursor;
        if (open != null && stream == origin.stream() && revision == origin.revision()) {
            return open;
        }
        close();
        stream = origin.stream();
        revision = origin.revision();
        StreamCursor made = host.store().state().log().read(stream, revision, true, ready);
        cursor = made;
        return made;
    }

    @Override
    public void close() {
        StreamCursor open = cursor;
        if (open != null) {
            cursor = null;
            open.close();
        }
    }
}
