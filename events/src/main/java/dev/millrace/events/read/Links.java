package dev.millrace.events.read;

import dev.millrace.events.log.Cursor;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.LinkForm;
import dev.millrace.events.log.StreamCursor;
import dev.millrace.events.state.State;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.memory.NativeBuffer;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/**
 * Follows links: events of the type {@code $>} whose data is {@code REVISION@STREAM}. One at a
 * time, for one reader; under the lock.
 */
public final class Links implements AutoCloseable {
    /** Takes the event that a link leads to, which is there during the call. */
    @FunctionalInterface
    public interface Target {
        void take(long event);
    }

    private final State state;
    private final Runnable ready;
    private @Nullable StreamCursor cursor;
    private long cursorOf;

    /**
     * @param ready run, on another thread, when what a link leads to has been read from its file
     */
    public Links(State state, Runnable ready) {
        this.state = state;
        this.ready = ready;
    }

    /** True if the event is a link. */
    public static boolean isLink(long event) {
        return LinkForm.isLink(Event.type(event), Event.typeBytes(event));
    }

    /**
     * Looks up what a link leads to, and gives it to the taker; if it leads to nothing, or to what
     * is no more to be seen, nothing is given.
     *
     * @return false if it is not there yet: to be called again when it is
     */
    public boolean follow(long link, long visible, long nowMillis, Target target) {
        if (StreamTable.isDerived(Event.stream(link)) && !isLink(LinkForm.target(link))) {
            followDerived(LinkForm.target(link), nowMillis, target);
            return true;
        }
        byte[] data = Memory.bytes(Event.data(link), Event.dataBytes(link));
        String text = new String(data, StandardCharsets.UTF_8);
        int at = text.indexOf('@');
        long revision = at < 1 ? -1 : number(text.substring(0, at));
        if (revision < 0) {
            return true;
        }
        int stream = find(text.substring(at + 1));
        StreamView view = StreamView.of(state, stream, nowMillis);
        if (stream < 0
                || state.streams().isTombstoned(stream)
                || revision < view.first()
                || revision > view.last()) {
            return true;
        }
        StreamCursor reading = cursor(link, stream, revision);
        Cursor.Step step =
                reading.read(
                        revision,
                        revision,
                        visible,
                        event -> {
                            target.take(event);
                            return true;
                        });
        if (step == Cursor.Step.LOADING) {
            return false;
        }
        close();
        return true;
    }

    /** What a derived stream's link leads to is at hand. */
    private void followDerived(long event, long nowMillis, Target target) {
        int stream = Event.stream(event);
        StreamView view = StreamView.of(state, stream, nowMillis);
        boolean seen =
                !state.streams().isTombstoned(stream)
                        && Event.revision(event) >= view.first()
                        && Event.revision(event) <= view.last()
                        && view.isYoung(event);
        if (seen) {
            target.take(event);
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException none) {
            return -1;
        }
    }

    private int find(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        NativeBuffer copy = new NativeBuffer(Math.max(1, utf8.length));
        try {
            copy.put(utf8);
            return state.streams().find(copy.address(), utf8.length);
        } finally {
            copy.free();
        }
    }

    private StreamCursor cursor(long link, int stream, long revision) {
        StreamCursor open = cursor;
        if (open != null && cursorOf == Event.position(link)) {
            return open;
        }
        close();
        StreamCursor made = state.log().read(stream, revision, true, ready);
        cursor = made;
        cursorOf = Event.position(link);
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
