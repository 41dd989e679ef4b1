package dev.millrace.events.append;

import dev.millrace.events.log.Event;
import dev.millrace.events.state.Metadata;
import dev.millrace.events.store.Store;
import dev.millrace.events.stream.Limits;
import dev.millrace.events.stream.StreamTable;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What streams will be when some appends are made, one after another, of one new event each: so
 * that all of them can be checked before the first is made. It changes nothing; what it foresees is
 * what {@link Appender#append} does. Under the store's lock, from {@link #begin} to the last
 * append.
 *
 * <p>A new event is known by no id: nothing is ever looked up in a file for it.
 */
public final class Plan {
    private final Store store;

    /** By name: those of which something is foreseen. */
    private final Map<String, Stream> ahead = new HashMap<>();

    /** Where a stream is, or will be. */
    private record Stream(long last, boolean deleted) {
        static final Stream NONE = new Stream(-1, false);
    }

    public Plan(Store store) {
        this.store = store;
    }

    /** Nothing is foreseen. */
    public void begin() {
        ahead.clear();
    }

    /**
     * Whether an event can be appended behind those that were added before; if it can, it is added.
     *
     * @return {@code Done} with the event's revision, or what is against it
     */
    public Outcome add(StreamName name, long expected, Event.Draft event) {
        Optional<Outcome> closed = Appender.closed(store.state(), name);
        if (closed.isPresent()) {
            return closed.get();
        }
        String stream = name.toString();
        Stream before = at(name, stream);
        if (!Appender.isMet(expected, before.last, before.deleted)) {
            return new Outcome.WrongRevision(before.last);
        }
        if (before.deleted) {
            reopen(stream);
        }
        Stream after = new Stream(before.last + 1, false);
        ahead.put(stream, after);
        if (name.isMeta() && Metadata.isType(event.type(), event.typeBytes())) {
            limit(name.described(), event);
        }
        return new Outcome.Done(after.last, 0);
    }

    private Stream at(StreamName name, String text) {
        Stream foreseen = ahead.get(text);
        return foreseen == null ? now(Appender.find(store.state(), name)) : foreseen;
    }

    private Stream now(int stream) {
        if (stream < 0) {
            return Stream.NONE;
        }
        StreamTable streams = store.state().streams();
        return new Stream(
                streams.last(stream), streams.limits(stream).truncateBefore() == Limits.DELETED);
    }

    /** What was deleted is written again: its metadata gets an event that says so. */
    private void reopen(String stream) {
        String meta = StreamName.META_PREFIX + stream;
        StreamName name = StreamName.in(store.scratch(), meta);
        Stream before = at(name, meta);
        ahead.put(meta, new Stream(before.last + 1, before.deleted));
    }

    private void limit(StreamName described, Event.Draft event) {
        String stream = described.toString();
        Limits limits = Metadata.limits(event.data(), event.dataBytes());
        ahead.put(
                stream,
                new Stream(at(described, stream).last, limits.truncateBefore() == Limits.DELETED));
    }
}
