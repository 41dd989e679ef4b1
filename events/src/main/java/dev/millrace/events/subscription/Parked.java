package dev.millrace.events.subscription;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.append.StreamName;
import dev.millrace.events.log.Event;
import dev.millrace.events.state.State;
import dev.millrace.events.stream.Limits;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.memory.NativeBuffer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A group's stream of parked messages: links to the events that nobody could process, which anybody
 * may read. What was replayed is hidden by the stream's {@code $tb}.
 */
final class Parked {
    /** What came of an attempt to park. */
    enum Result {
        PARKED,
        /** There is no space at the moment. */
        WAIT,
        /** There is none for now. */
        REFUSED,
        /** The stream was deleted for good. */
        GONE
    }

    private static final byte[] LINK = "$>".getBytes(StandardCharsets.US_ASCII);
    private static final int TICKS_PER_MILLI = 10_000;
    private static final JsonFactory JSON = new JsonFactory();

    private final Host host;
    private final Appender appender;
    private final NativeBuffer memory;
    private final String stream;

    /**
     * @param memory for what is appended; may be shared, for it is only used within a call
     * @param stream its name
     */
    Parked(Host host, Appender appender, NativeBuffer memory, String stream) {
        this.host = host;
        this.appender = appender;
        this.memory = memory;
        this.stream = stream;
    }

    String stream() {
        return stream;
    }

    private State state() {
        return host.store().state();
    }

    private int find() {
        StreamName name = StreamName.in(memory, stream);
        return state().streams().find(name.address(), name.bytes());
    }

    /** The first revision that will come next, and behind all that there are. */
    long end() {
        int number = find();
        return number < 0 || isDeleted(number) ? 0 : state().streams().last(number) + 1;
    }

    private boolean isDeleted(int number) {
        return state().streams().isTombstoned(number)
                || state().streams().limits(number).truncateBefore() == Limits.DELETED;
    }

    // ---- Parking

    /**
     * Appends a link to a message's event.
     *
     * @param again run when there may be space, if there is none at the moment
     */
    Result park(Message message, String reason, Runnable again) {
        byte[] name = stream.getBytes(StandardCharsets.UTF_8);
        byte[] meta = meta(reason, message.origin().revision());
        byte[] data = link(message.origin()).getBytes(StandardCharsets.UTF_8);
        memory.clear();
        memory.put(name);
        memory.put(LINK);
        memory.put(meta);
        memory.put(data);
        StreamName named = new StreamName(memory.address(), name.length);
        List<Event.Draft> draft = List.of(draft(name.length, meta.length, data.length));
        if (appender.check(named, Expected.ANY, draft, again) instanceof Outcome.Tombstoned) {
            return Result.GONE;
        }
        Journal.Admission admission = host.admit(Appender.cost(named, draft), again);
        return switch (admission) {
            case ADMITTED -> {
                Outcome.Done _ = appender.append(named, draft);
                yield Result.PARKED;
            }
            case WAIT -> Result.WAIT;
            case REFUSED -> Result.REFUSED;
        };
    }

    private String link(Message.Origin origin) {
        return origin.brokenLink().isEmpty()
                ? origin.targetRevision() + "@" + state().streams().name(origin.targetStream())
                : origin.brokenLink();
    }

    /** As KurrentDB has it; times are UTC. */
    private byte[] meta(String reason, long revision) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("added", Instant.ofEpochMilli(host.nowMillis()).toString());
            out.writeStringField("reason", reason);
            out.writeNumberField("subscriptionEventNumber", revision);
            out.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private Event.Draft draft(int nameBytes, int metaBytes, int dataBytes) {
        UUID id = UUID.randomUUID();
        long type = memory.address() + nameBytes;
        long meta = type + LINK.length;
        return new Event.Draft(
                id.getMostSignificantBits(),
                id.getLeastSignificantBits(),
                host.nowMillis() * TICKS_PER_MILLI,
                0,
                type,
                LINK.length,
                meta,
                metaBytes,
                meta + metaBytes,
                dataBytes);
    }

    // ---- What is not needed any more

    /**
     * Hides what stands before a revision.
     *
     * @return false if there is no space for that now
     */
    boolean truncate(long before) {
        int number = find();
        if (number < 0 || isDeleted(number)) {
            return true;
        }
        StreamName name = StreamName.in(memory, stream);
        if (host.admit(Appender.cost(name, List.of()), () -> {}) != Journal.Admission.ADMITTED) {
            return false;
        }
        appender.truncate(name, before);
        return true;
    }

    /** What {@link #delete} takes of the journal, at most. */
    long deletionCost() {
        return Appender.cost(StreamName.in(memory, stream), List.of());
    }

    /** Deletes the stream, if there is one; it may begin again. The space was admitted. */
    void delete() {
        int number = find();
        if (number >= 0 && !isDeleted(number)) {
            Outcome.Done _ = appender.delete(StreamName.in(memory, stream));
        }
    }
}
