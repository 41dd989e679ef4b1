package dev.millrace.events.effect;

import dev.millrace.events.group.GroupForm;
import dev.millrace.events.log.Event;
import dev.millrace.events.state.State;
import dev.millrace.events.stream.Limits;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.EffectReader;

/** Applies the effects of a record again. What does not fit is damage, and refused. */
public final class Replay {
    private final State state;
    private final EffectReader in = new EffectReader("events");

    public Replay(State state) {
        this.state = state;
    }

    /** The room's number among state machines. */
    public static int machine() {
        return Effect.MACHINE;
    }

    /**
     * @throws CorruptJournalException if the bytes are not what {@link Effects} writes
     */
    public void apply(long address, int bytes) {
        in.read(address, bytes);
        while (in.hasMore()) {
            int code = in.unsignedByte();
            switch (code) {
                case Effect.STREAM -> addStream();
                case Effect.APPEND -> state.append(stream(), draft());
                case Effect.LIMIT -> state.limit(stream(), limits(in));
                case Effect.TOMBSTONE -> state.tombstone(stream(), draft());
                case Effect.GROUP -> state.groups().define(GroupForm.read(in));
                case Effect.DROP_GROUP -> state.groups().drop(group());
                case Effect.CHECKPOINT -> state.groups().checkpoint(group(), in.varint());
                case Effect.REPLAY -> state.groups().replay(group(), in.varint());
                default -> throw in.damaged("effect " + code + ": unknown");
            }
        }
    }

    private void addStream() {
        int bytes = in.length();
        state.addStream(in.skip(bytes), bytes);
    }

    private int stream() {
        long stream = in.varint();
        if (stream >= state.streams().count()) {
            throw in.damaged("stream " + stream + " (expected: < " + state.streams().count() + ")");
        }
        return (int) stream;
    }

    private int group() {
        long number = in.varint();
        if (!state.groups().has(number)) {
            throw in.damaged("group " + number + ": unknown");
        }
        return (int) number;
    }

    private Event.Draft draft() {
        long idHigh = in.u64();
        long idLow = in.u64();
        long created = in.u64();
        int flags = in.u16();
        int typeBytes = in.length();
        long type = in.skip(typeBytes);
        int metaBytes = in.length();
        long meta = in.skip(metaBytes);
        int dataBytes = in.length();
        long data = in.skip(dataBytes);
        return new Event.Draft(
                idHigh, idLow, created, flags, type, typeBytes, meta, metaBytes, data, dataBytes);
    }

    /** What {@link Effects#limit} writes. */
    public static Limits limits(EffectReader in) {
        long truncateBefore = in.varint();
        long maxCount = in.varint();
        long maxAgeSeconds = in.varint();
        if (maxCount > Limits.COUNT_MAX || maxAgeSeconds > Limits.COUNT_MAX) {
            throw in.damaged("limits " + maxCount + ", " + maxAgeSeconds);
        }
        return new Limits(truncateBefore, maxCount, maxAgeSeconds);
    }
}
