package dev.millrace.events.checkpoint;

import dev.millrace.events.effect.Replay;
import dev.millrace.events.group.GroupForm;
import dev.millrace.events.log.Event;
import dev.millrace.events.state.State;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.kernel.journal.EffectReader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Takes back what a {@link Cut} has given. */
final class Loading {
    private final State state;
    private final EffectReader in = new EffectReader("events in a checkpoint");

    Loading(State state) {
        this.state = state;
    }

    void load(long address, int bytes) {
        in.read(address, bytes);
        int kind = in.unsignedByte();
        while (in.hasMore()) {
            switch (kind) {
                case Cut.STREAMS -> stream();
                case Cut.FILE -> file();
                case Cut.EVENTS -> event();
                case Cut.GROUPS -> state.groups().put(GroupForm.readWhole(in));
                default -> throw in.damaged(kind + ": unknown");
            }
        }
    }

    private void stream() {
        int nameBytes = in.length();
        StreamTable streams = state.streams();
        int stream = streams.add(in.skip(nameBytes), nameBytes);
        streams.last(stream, in.varint() - 1);
        streams.limits(stream, Replay.limits(in));
        if (in.unsignedByte() != 0) {
            streams.tombstone(stream);
        }
    }

    private void file() {
        String name = new String(in.bytes(), StandardCharsets.UTF_8);
        try {
            state.restoreFile(name);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void event() {
        long at = in.skip(Event.HEADER_BYTES);
        int bytes = Event.bytes(at);
        in.skip((long) bytes - Event.HEADER_BYTES);
        if (Event.dataBytes(at) < 0 || Event.stream(at) >= state.streams().count()) {
            throw in.damaged("an event of " + bytes + " bytes");
        }
        state.restore(at);
    }
}
