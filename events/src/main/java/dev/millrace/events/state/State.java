package dev.millrace.events.state;

import dev.millrace.events.group.GroupTable;
import dev.millrace.events.log.Event;
import dev.millrace.events.log.EventLog;
import dev.millrace.events.stream.Limits;
import dev.millrace.events.stream.StreamTable;

/**
 * Streams and their events, and who reads them together. Changed by {@code effect.Effects} and
 * {@code effect.Replay} only, under the room's lock.
 */
public final class State {
    /** The revision of the event that says that its stream is deleted for good. */
    public static final long TOMBSTONE_REVISION = Long.MAX_VALUE;

    private final StreamTable streams = new StreamTable();
    private final RecentIds recent = new RecentIds();
    private final GroupTable groups = new GroupTable();
    private final EventLog log;

    public State(EventLog log) {
        this.log = log;
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
    }
}
