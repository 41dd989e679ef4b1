package dev.millrace.events.api;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.grpc.Status;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Streams.BatchAppend: many appends on one call, each with a correlation id and an answer of its
 * own; an append may come in several messages, of which the last says so.
 */
final class BatchAppending implements Requests {
    private static final String ANY_TYPE = "type.googleapis.com/event_store.client.";

    /** A client may have so many appends begun and not ended. */
    private static final int BATCHES_MAX = 10_000;

    private final EventsLoop loop;
    private final Appender appender;
    private final Call call;
    private final Map<UUID, Batch> batches = new HashMap<>();
    private int unanswered;
    private boolean sentAll;

    BatchAppending(EventsLoop loop, Appender appender, Call call) {
        this.loop = loop;
        this.appender = appender;
        this.call = call;
    }

    // ---- Requests

    @Override
    public void message(long address, int bytes) {
        try {
            read(new MessageReader(address, bytes), address, bytes);
        } catch (MalformedMessage malformed) {
            end(Failures.invalid(String.valueOf(malformed.getMessage())));
        }
    }

    private void read(MessageReader in, long address, int bytes) {
        UUID id = new UUID(0, 0);
        boolean last = false;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> id = Proposal.readId(in.message());
                case 4 -> last = in.flag();
                default -> {
                    // The second look reads it.
                }
            }
        }
        Batch batch = batches.get(id);
        if (batch == null) {
            if (batches.size() >= BATCHES_MAX) {
                end(
                        new Status(
                                Status.Code.RESOURCE_EXHAUSTED,
                                "appends begun: " + BATCHES_MAX + " (expected: fewer)"));
                return;
            }
            batch = new Batch(id);
            batches.put(id, batch);
            unanswered++;
        }
        batch.job.reserve(bytes);
        batch.take(new MessageReader(address, bytes));
        if (last) {
            batches.remove(id);
            batch.run();
        }
    }

    @Override
    public void halfClosed() {
        sentAll = true;
        batches.values().forEach(Batch::forget);
        unanswered -= batches.size();
        batches.clear();
        endWhenAnswered();
    }

    private void endWhenAnswered() {
        if (sentAll && unanswered == 0) {
            call.end(Status.OK);
        }
    }

    private void end(Status status) {
        call.end(status);
        cancelled();
    }

    @Override
    public void cancelled() {
        batches.values().forEach(Batch::forget);
        batches.clear();
    }

    /** One append. */
    private final class Batch implements AppendJob.Asker {
        private final UUID id;
        private final AppendJob job = new AppendJob(loop, appender, this);
        private boolean tooLong;

        Batch(UUID id) {
            this.id = id;
        }

        void take(MessageReader in) {
            while (in.next()) {
                switch (in.field()) {
                    case 2 -> options(in.message());
                    case 3 -> tooLong |= !tooLong && !job.add(in.address(), in.length());
                    default -> {
                        // Read already, or a later version's.
                    }
                }
            }
        }

        private void options(MessageReader in) {
            while (in.next()) {
                switch (in.field()) {
                    case 1 -> job.stream(in.message());
                    case 2 -> job.expected(in.number());
                    case 3 -> job.expected(Expected.NO_STREAM);
                    case 4 -> job.expected(Expected.ANY);
                    case 5 -> job.expected(Expected.EXISTS);
                    default -> {
                        // Deadlines: the client has its own.
                    }
                }
            }
        }

        void run() {
            if (tooLong) {
                int most = AppendJob.BYTES_MAX;
                fail(
                        Failures.appendTooLong(most),
                        "MaximumAppendSizeExceeded",
                        out -> out.number(1, most));
                return;
            }
            try {
                job.check();
            } catch (MalformedMessage malformed) {
                refuse(String.valueOf(malformed.getMessage()));
                return;
            } catch (MissingProperty missing) {
                refuse(Failures.missingMetadata(missing.property()).message());
                return;
            }
            job.run();
        }

        private void refuse(String why) {
            fail(Failures.invalid(why), "BadRequest", out -> out.text(1, why));
        }

        void forget() {
            job.forget();
        }

        @Override
        public void done(Outcome outcome) {
            switch (outcome) {
                case Outcome.Done done -> succeed(done);
                case Outcome.WrongRevision wrong ->
                        fail(
                                Failures.wrongExpectedVersion(
                                        job.streamText(), job.expected(), wrong.revision()),
                                "WrongExpectedVersion",
                                out -> wrong(wrong.revision(), out));
                case Outcome.Tombstoned _ -> {
                    String stream = job.streamText();
                    fail(
                            Failures.streamDeleted(stream),
                            "StreamDeleted",
                            out -> putStream(1, stream, out));
                }
                case Outcome.Denied _ -> fail(Failures.accessDenied(), "AccessDenied", _ -> {});
                case Outcome.Loading _ -> throw new IllegalStateException("still loading");
            }
        }

        private void wrong(long actual, MessageWriter out) {
            if (actual < 0) {
                out.empty(2);
            } else {
                out.number(1, actual);
            }
            putExpected(3, 4, 5, 6, out);
        }

        /** The numbers of the fields: of a revision, any, exists, no stream. */
        private void putExpected(
                int revision, int any, int exists, int noStream, MessageWriter out) {
            long expected = job.expected();
            if (expected == Expected.ANY) {
                out.empty(any);
            } else if (expected == Expected.EXISTS) {
                out.empty(exists);
            } else if (expected == Expected.NO_STREAM) {
                out.empty(noStream);
            } else {
                out.number(revision, expected);
            }
        }

        @Override
        public void refused(String trouble) {
            fail(Failures.diskFull(trouble), "Unknown", out -> {});
        }

        private void succeed(Outcome.Done done) {
            answer(out -> Appending.putSuccess(3, done, out));
        }

        /** google.rpc.Status with a detail of shared.proto. */
        private void fail(Status status, String type, Consumer<MessageWriter> detail) {
            answer(
                    out -> {
                        int error = out.begin(2);
                        out.number(1, status.code().number());
                        out.text(2, status.message());
                        int any = out.begin(3);
                        out.text(1, ANY_TYPE + type);
                        int value = out.begin(2);
                        detail.accept(out);
                        out.end(value);
                        out.end(any);
                        out.end(error);
                    });
        }

        private void answer(Consumer<MessageWriter> result) {
            String stream = job.streamText();
            job.forget();
            Message.send(
                    call,
                    out -> {
                        EventForm.putId(
                                out,
                                1,
                                id.getMostSignificantBits(),
                                id.getLeastSignificantBits(),
                                false);
                        result.accept(out);
                        putStream(4, stream, out);
                        putExpected(5, 7, 8, 6, out);
                    });
            unanswered--;
            endWhenAnswered();
        }
    }

    private static void putStream(int field, String stream, MessageWriter out) {
        int identifier = out.begin(field);
        out.text(3, stream);
        out.end(identifier);
    }
}
