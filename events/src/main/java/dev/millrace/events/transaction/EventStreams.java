package dev.millrace.events.transaction;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.append.Plan;
import dev.millrace.events.append.StreamName;
import dev.millrace.events.log.Event;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.events.wire.JsonText;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.Memory;
import dev.millrace.kernel.transaction.Streams;
import dev.millrace.kernel.transaction.Verdict;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The events room as a participant. */
public final class EventStreams implements Streams {
    private static final int TICKS_PER_MILLI = 10_000;

    private final EventsLoop loop;
    private final Appender appender;
    private final Plan plan;

    public EventStreams(EventsLoop loop) {
        this.loop = loop;
        this.appender = new Appender(loop.store());
        this.plan = new Plan(loop.store());
    }

    @Override
    public String room() {
        return "events";
    }

    @Override
    public boolean waitsForDisk() {
        return loop.waitsForDisk();
    }

    @Override
    public boolean join(RecordWriter record) {
        if (!loop.join(record)) {
            return false;
        }
        plan.begin();
        return true;
    }

    @Override
    public void leave(long position) {
        loop.leave(position);
    }

    @Override
    public boolean isJson(Bytes bytes) {
        return JsonText.is(bytes.address(), bytes.count());
    }

    @Override
    public Verdict append(Append event) {
        Optional<String> malformed = malformed(event);
        if (malformed.isPresent()) {
            return new Verdict.Refused(malformed.get());
        }
        if (loop.isCongested()) {
            return new Verdict.NotNow();
        }
        StreamName name = new StreamName(event.stream().address(), event.stream().count());
        List<Event.Draft> drafts = List.of(draft(event));
        return switch (plan.add(name, event.expected(), drafts.getFirst())) {
            case Outcome.Done _ ->
                    new Verdict.Allowed(
                            Appender.cost(name, drafts),
                            () -> appender.append(name, drafts).revision());
            case Outcome.WrongRevision wrong ->
                    new Verdict.Refused(wrong(name, event.expected(), wrong.revision()));
            case Outcome.Tombstoned _ ->
                    new Verdict.Refused("STREAMDELETED Event stream '" + name + "' is deleted.");
            case Outcome.Denied _ ->
                    new Verdict.Refused(
                            "ERR stream '" + name + "' is derived: nobody appends to it");
            case Outcome.Loading _ ->
                    throw new AssertionError("a new event is looked for in a file");
        };
    }

    private static Optional<String> malformed(Append event) {
        Bytes stream = event.stream();
        if (stream.count() == 0 || stream.count() > StreamTable.NAME_BYTES_MAX) {
            return Optional.of(length("stream name", stream, StreamTable.NAME_BYTES_MAX));
        }
        if (event.type().count() == 0 || event.type().count() > Event.TYPE_BYTES_MAX) {
            return Optional.of(length("type", event.type(), Event.TYPE_BYTES_MAX));
        }
        if (!isText(stream) || !isText(event.type())) {
            return Optional.of("ERR stream name and type: not UTF-8");
        }
        long bytes = (long) event.type().count() + event.data().count() + event.meta().count();
        return bytes > Appender.APPEND_BYTES_MAX
                ? Optional.of(
                        "ERR Maximum Append Size of " + Appender.APPEND_BYTES_MAX + " Exceeded.")
                : Optional.empty();
    }

    private static String length(String what, Bytes bytes, int most) {
        return "ERR " + what + ": " + bytes.count() + " bytes (expected: 1 to " + most + ")";
    }

    /** Clients read them as text, and fail on what is none. */
    private static boolean isText(Bytes bytes) {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(Memory.buffer(bytes.address(), bytes.count()));
            return true;
        } catch (CharacterCodingException none) {
            return false;
        }
    }

    private Event.Draft draft(Append event) {
        UUID id = UUID.randomUUID();
        assert id.version() == 4 : "an id that may have been used: " + id;
        return new Event.Draft(
                id.getMostSignificantBits(),
                id.getLeastSignificantBits(),
                loop.nowMillis() * TICKS_PER_MILLI,
                event.json() ? Event.JSON : 0,
                event.type().address(),
                event.type().count(),
                event.meta().address(),
                event.meta().count(),
                event.data().address(),
                event.data().count());
    }

    private static String wrong(StreamName name, long expected, long last) {
        String is = last < 0 ? "does not exist" : "is at " + last;
        String wanted = expected == Expected.NO_STREAM ? "none" : Long.toString(expected);
        return "WRONGVERSION stream '" + name + "' " + is + " (expected: " + wanted + ")";
    }
}
