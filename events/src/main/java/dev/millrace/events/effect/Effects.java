package dev.millrace.events.effect;

import dev.millrace.events.group.Group;
import dev.millrace.events.group.GroupForm;
import dev.millrace.events.log.Event;
import dev.millrace.events.state.State;
import dev.millrace.events.stream.Limits;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;

/**
 * The only way to change the state: each call writes an effect into the open record and applies it.
 * Under the room's lock, after the space was admitted.
 */
public final class Effects {
    /** No effect takes more than this beyond the bytes it is given. */
    public static final int BYTES_MAX = 64;

    private final State state;
    private RecordWriter record;

    public Effects(State state, RecordWriter record) {
        this.state = state;
        this.record = record;
    }

    /** Effects go into another record from here on. */
    public void into(RecordWriter other) {
        record = other;
    }

    private NativeBuffer begin(int code) {
        NativeBuffer out = record.part(Effect.MACHINE);
        out.putByte(code);
        return out;
    }

    private static void put(NativeBuffer out, Event.Draft draft) {
        out.putLong(draft.idHigh());
        out.putLong(draft.idLow());
        out.putLong(draft.created());
        out.putByte(draft.flags() & 0xff);
        out.putByte(draft.flags() >>> 8);
        out.putVarint(draft.typeBytes());
        out.put(draft.type(), draft.typeBytes());
        out.putVarint(draft.metaBytes());
        out.put(draft.meta(), draft.metaBytes());
        out.putVarint(draft.dataBytes());
        out.put(draft.data(), draft.dataBytes());
    }

    /** Adds a stream of a name that is not there; its number. */
    public int addStream(long name, int nameBytes) {
        NativeBuffer out = begin(Effect.STREAM);
        out.putVarint(nameBytes);
        out.put(name, nameBytes);
        return state.addStream(name, nameBytes);
    }

    /**
     * Appends an event.
     *
     * @return its revision
     */
    public long append(int stream, Event.Draft draft) {
        NativeBuffer out = begin(Effect.APPEND);
        out.putVarint(stream);
        put(out, draft);
        return state.append(stream, draft);
    }

    /** What of a stream is to be seen from now on. */
    public void limit(int stream, Limits limits) {
        NativeBuffer out = begin(Effect.LIMIT);
        out.putVarint(stream);
        out.putVarint(limits.truncateBefore());
        out.putVarint(limits.maxCount());
        out.putVarint(limits.maxAgeSeconds());
        state.limit(stream, limits);
    }

    /** Adds a group, or gives one other settings. */
    public void defineGroup(Group group) {
        GroupForm.put(begin(Effect.GROUP), group);
        state.groups().define(group);
    }

    public void dropGroup(int number) {
        NativeBuffer out = begin(Effect.DROP_GROUP);
        out.putVarint(number);
        state.groups().drop(number);
    }

    /** Up to this place all of a group's messages are done. */
    public void checkpoint(int number, long place) {
        NativeBuffer out = begin(Effect.CHECKPOINT);
        out.putVarint(number);
        out.putVarint(place);
        state.groups().checkpoint(number, place);
    }

    /** A group's parked messages before this revision are to be delivered again. */
    public void replay(int number, long until) {
        NativeBuffer out = begin(Effect.REPLAY);
        out.putVarint(number);
        out.putVarint(until);
        state.groups().replay(number, until);
    }

    /** Deletes a stream for good. */
    public void tombstone(int stream, Event.Draft draft) {
        NativeBuffer out = begin(Effect.TOMBSTONE);
        out.putVarint(stream);
        put(out, draft);
        state.tombstone(stream, draft);
    }
}
