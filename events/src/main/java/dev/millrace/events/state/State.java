package dev.millrace.events.state;

import dev.millrace.events.group.GroupTable;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.EventLog;
import dev.millrace.events.stream.Limits;
import dev.millrace.events.stream.StreamTable;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * Streams and their events, and who reads them together. Changed by {@code effect.Effects} and
 * {@code effect.Replay} only, under the room's lock.
 */
public final class State {
    /** The revision of the event that says that its stream is deleted for good. */
    public static final long TOMBSTONE_REVISION = Long.MAX_VALUE;

    private final StreamTable streams;
    private final RecentIds recent = new RecentIds();
    private final GroupTable groups = new GroupTable();
    private final EventLog log;
    private final @Nullable Projections projections;

    /**
     * @param streams those of the log
     * @param projecting whether there are derived streams
     */
    public State(StreamTable streams, EventLog log, boolean projecting) {
        this.streams = streams;
        this.log = log;
        this.projections = projecting ? new Projections(streams) : null;
    }

    public StreamTable streams() {
        return streams;
    }

    public EventLog log() {
        return log;
    }

    /** The ids of the newest events. */
    public RecentIds recent() {
        return recent;
    }

    /** Groups of consumers. */
    public GroupTable groups() {
        return groups;
    }

    /** Adds a stream of a name that is not there; its number. */
    public int addStream(long name, int nameBytes) {
        return streams.add(name, nameBytes);
    }

    /**
     * Appends an event to a stream.
     *
     * @return its revision
     */
    public long append(int stream, Event.Draft draft) {
        long revision = streams.last(stream) + 1;
        streams.last(stream, revision);
        log.append(stream, revision, draft);
        project(stream, revision, draft);
        recent.add(draft.idHigh(), draft.idLow(), stream, revision);
        return revision;
    }

    /** What of a stream is to be seen from now on. */
    public void limit(int stream, Limits limits) {
        streams.limits(stream, limits);
    }

    /** Deletes a stream for good; the event is the last one that tells of it. */
    public void tombstone(int stream, Event.Draft draft) {
        streams.tombstone(stream);
        log.append(stream, TOMBSTONE_REVISION, draft);
        project(stream, TOMBSTONE_REVISION, draft);
    }

    // ---- Derived streams

    /** True if the name is a derived stream's: nobody else appends there. */
    public boolean isReserved(long name, int nameBytes) {
        return projections != null && isDerivedName(name, nameBytes);
    }

    /** True if it is the name of a derived stream, whether there are any or not. */
    public static boolean isDerivedName(long name, int nameBytes) {
        return Projections.isReserved(name, nameBytes);
    }

    /** The event that was appended last becomes part of the streams that are derived from it. */
    private void project(int stream, long revision, Event.Draft draft) {
        Projections projecting = projections;
        if (projecting != null) {
            projecting.project(
                    stream, revision, draft, derived -> log.derive(derived, nextOf(derived)));
        }
    }

    private long nextOf(int stream) {
        long next = streams.last(stream) + 1;
        streams.last(stream, next);
        return next;
    }

    // ---- From a checkpoint

    /** Takes back an event that was in memory; its stream is there. */
    public void restore(long event) {
        log.restore(event);
        project(Event.stream(event), Event.revision(event), Event.draft(event));
    }

    /** Takes back a file of events; their streams are there. */
    public void restoreFile(String name) throws IOException {
        Projections projecting = projections;
        log.restoreFile(
                name,
                projecting == null
                        ? EventLog.Projecting.NOTHING
                        : (event, sink) ->
                                projecting.project(
                                        Event.stream(event),
                                        Event.revision(event),
                                        Event.draft(event),
                                        derived -> sink.isIn(derived, nextOf(derived))));
    }
}
