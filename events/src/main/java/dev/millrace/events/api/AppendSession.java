package dev.millrace.events.api;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.append.StreamName;
import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Method;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.grpc.Status;
import dev.millrace.events.log.Event;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;
import dev.millrace.kernel.memory.Memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * StreamsService.AppendSession of protocol v2: events for several streams, in one transaction. What
 * comes is gathered; when the client has sent all, every stream's expectation is checked, and only
 * when all of them hold the first effect is made: all are one record of the journal.
 *
 * <p>A repeated session is known as repeated appends are; all of its streams must be repeated, or
 * none: if some are, the first of those is in conflict.
 */
final class AppendSession implements Requests {
    static final String SERVICE = "kurrentdb.protocol.v2.streams.StreamsService";

    /** One session has at most so many bytes of types, metadata and data. */
    static final int BYTES_MAX = AppendJob.BYTES_MAX;

    /** One session is for at most so many streams. */
    private static final int STREAMS_MAX = 4_096;

    private static final int TICKS_PER_MILLI = 10_000;

    private record Piece(int offset, int bytes) {}

    /** An event, as it was gathered. */
    private record Gathered(SessionRecord record, Piece type, Piece meta, Piece data) {}

    /** What is to be appended to one stream. */
    private final class Part {
        private final String stream;
        private final Piece name;
        private final List<Gathered> records = new ArrayList<>();
        private long expected = Expected.ANY;

        /** The appender knows by it whose look into a file it is. */
        private final Runnable again;

        Part(String stream) {
            this.stream = stream;
            this.name = copy(stream.getBytes(StandardCharsets.UTF_8));
            this.again = () -> loop.executor().execute(AppendSession.this::run);
        }

        StreamName name() {
            return new StreamName(copied.memoryAddress() + name.offset, name.bytes);
        }

        List<Event.Draft> drafts(long created) {
            return records.stream().map(each -> draft(each, created)).toList();
        }

        private Event.Draft draft(Gathered event, long created) {
            long base = copied.memoryAddress();
            return new Event.Draft(
                    event.record.id().getMostSignificantBits(),
                    event.record.id().getLeastSignificantBits(),
                    created,
                    event.record.json() ? Event.JSON : 0,
                    base + event.type.offset,
                    event.type.bytes,
                    base + event.meta.offset,
                    event.meta.bytes,
                    base + event.data.offset,
                    event.data.bytes);
        }
    }

    private final EventsLoop loop;
    private final Appender appender;
    private final Call call;
    private final ByteBuf copied = PooledByteBufAllocator.DEFAULT.directBuffer();
    private final List<Part> parts = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private long bytes;
    private int records;
    private boolean over;
    private final Runnable again;

    AppendSession(EventsLoop loop, Appender appender, Call call) {
        this.loop = loop;
        this.appender = appender;
        this.call = call;
        this.again = () -> loop.executor().execute(this::run);
    }

    static Method method(EventsLoop loop, Appender appender) {
        return new Method(
                SERVICE, "AppendSession", call -> new AppendSession(loop, appender, call));
    }

    private Piece copy(byte[] from) {
        Piece piece = new Piece(copied.writerIndex(), from.length);
        copied.writeBytes(from);
        return piece;
    }

    private Piece copy(long address, int length) {
        Piece piece = new Piece(copied.writerIndex(), length);
        copied.ensureWritable(length);
        Memory.copy(address, copied.memoryAddress() + piece.offset, length);
        copied.writerIndex(piece.offset + length);
        return piece;
    }

    // ---- What comes

    @Override
    public void message(long address, int length) {
        if (over) {
            return;
        }
        try {
            read(new MessageReader(address, length), streamOf(new MessageReader(address, length)));
        } catch (MalformedMessage malformed) {
            fail(SessionFailures.invalid(String.valueOf(malformed.getMessage())));
        }
    }

    /** The name comes first, but need not. */
    private static String streamOf(MessageReader in) {
        String stream = "";
        while (in.next()) {
            if (in.field() == 1) {
                stream = in.text();
            }
        }
        int length = stream.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0) {
            throw new MalformedMessage("Stream must not be empty.");
        }
        if (stream.equals("$$")) {
            throw new MalformedMessage("Stream must not be '$$'.");
        }
        if (length > StreamTable.NAME_BYTES_MAX) {
            throw new MalformedMessage("Stream: " + length + " bytes (expected: <= 65535)");
        }
        return stream;
    }

    private void read(MessageReader in, String stream) {
        if (parts.size() == STREAMS_MAX) {
            throw new MalformedMessage("streams: more than " + STREAMS_MAX);
        }
        // KurrentDB does not tell letters' cases apart here.
        if (!names.add(stream.toLowerCase(Locale.ROOT))) {
            fail(SessionFailures.alreadyInSession(stream));
            return;
        }
        Part part = new Part(stream);
        parts.add(part);
        while (in.next() && !over) {
            switch (in.field()) {
                case 2 -> add(part, SessionRecord.read(in.message()));
                case 3 -> part.expected = expected(in.signedNumber());
                default -> {
                    // The name is known; a later version's.
                }
            }
        }
        if (!over && part.records.isEmpty()) {
            throw new MalformedMessage("Stream append request must contain at least one record");
        }
    }

    private static long expected(long revision) {
        boolean known =
                revision >= 0
                        || revision == Expected.NO_STREAM
                        || revision == Expected.ANY
                        || revision == Expected.EXISTS;
        if (!known) {
            throw new MalformedMessage(
                    "Expected revision must be positive or one of the allowed constants: NoStream"
                            + " (-1), Any (-2) or Exists (-4).");
        }
        return revision;
    }

    private void add(Part part, SessionRecord record) {
        if (record.bytes() > AppendJob.BYTES_MAX) {
            fail(
                    SessionFailures.recordTooLong(
                            part.stream, record.id(), record.bytes(), AppendJob.BYTES_MAX));
            return;
        }
        records++;
        bytes += record.bytes();
        if (bytes > BYTES_MAX) {
            fail(SessionFailures.transactionTooLong(records, bytes, BYTES_MAX));
            return;
        }
        part.records.add(
                new Gathered(
                        record,
                        copy(record.type()),
                        copy(record.meta()),
                        copy(record.data(), record.dataBytes())));
    }

    @Override
    public void halfClosed() {
        if (over) {
            return;
        }
        if (parts.isEmpty()) {
            fail(SessionFailures.noRequests());
            return;
        }
        run();
    }

    @Override
    public void cancelled() {
        letGo();
    }

    private void fail(Status status) {
        call.end(status);
        letGo();
    }

    /** What is not yet appended will not be. */
    private void letGo() {
        if (!over) {
            over = true;
            parts.forEach(part -> appender.forget(part.again));
            copied.release();
        }
    }

    // ---- What is done

    private void run() {
        loop.change(this::attempt);
    }

    private void attempt() {
        if (over) {
            return;
        }
        long created = loop.nowMillis() * TICKS_PER_MILLI;
        List<Outcome.Done> checked = new ArrayList<>();
        for (Part part : parts) {
            switch (appender.check(part.name(), part.expected, part.drafts(created), part.again)) {
                case Outcome.Done done -> checked.add(done);
                case Outcome.WrongRevision wrong -> {
                    conflict(part, wrong.revision());
                    return;
                }
                case Outcome.Tombstoned _ -> {
                    refuse(SessionFailures.tombstoned(part.stream));
                    return;
                }
                case Outcome.Denied _ -> {
                    refuse(SessionFailures.accessDenied());
                    return;
                }
                case Outcome.Loading _ -> {
                    return; // part.again() comes.
                }
            }
        }
        long repeated = checked.stream().filter(done -> done.position() > 0).count();
        if (repeated == parts.size()) {
            finish(checked);
        } else if (repeated > 0) {
            int first = 0;
            while (checked.get(first).position() == 0) {
                first++;
            }
            conflict(parts.get(first), checked.get(first).revision());
        } else {
            append(created);
        }
    }

    private void append(long created) {
        if (loop.isCongested()) {
            loop.later(again);
            return;
        }
        long cost = 0;
        for (Part part : parts) {
            cost += Appender.cost(part.name(), part.drafts(created));
        }
        switch (loop.admit(cost, again)) {
            case ADMITTED ->
                    finish(
                            parts.stream()
                                    .map(part -> appender.append(part.name(), part.drafts(created)))
                                    .toList());
            case WAIT -> {
                // again() comes.
            }
            case REFUSED -> fail(Failures.diskFull(loop.store().journal().trouble()));
        }
    }

    private void conflict(Part part, long actual) {
        refuse(SessionFailures.revisionConflict(part.stream, part.expected, actual));
    }

    /** What was found was changed by records before this one: they are waited for. */
    private void refuse(Status status) {
        letGo();
        loop.whenDurable(() -> call.end(status));
    }

    private void finish(List<Outcome.Done> done) {
        letGo();
        loop.whenDurable(() -> Message.sendLast(call, out -> put(done, out)));
    }

    private void put(List<Outcome.Done> done, MessageWriter out) {
        long position = 0;
        for (int i = 0; i < done.size(); i++) {
            int output = out.begin(1);
            out.text(1, parts.get(i).stream);
            out.signedNumber(2, done.get(i).revision());
            out.end(output);
            position = Math.max(position, done.get(i).position());
        }
        out.signedNumber(2, position);
    }
}
