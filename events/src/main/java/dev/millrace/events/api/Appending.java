package dev.millrace.events.api;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.events.wire.MessageWriter;

/** Streams.Append: options, then events, then one answer. */
final class Appending implements Requests, AppendJob.Asker {
    private final Call call;
    private final AppendJob job;
    private boolean hasOptions;

    Appending(EventsLoop loop, Appender appender, Call call) {
        this.call = call;
        this.job = new AppendJob(loop, appender, this);
    }

    @Override
    public void message(long address, int bytes) {
        try {
            read(new MessageReader(address, bytes));
        } catch (MalformedMessage malformed) {
            fail(malformed);
        }
    }

    private void read(MessageReader in) {
        while (in.next()) {
            switch (in.field()) {
                case 1 -> {
                    hasOptions = true;
                    options(in.message(), job);
                }
                case 2 -> {
                    if (!job.add(in.address(), in.length())) {
                        call.end(Failures.appendTooLong(AppendJob.BYTES_MAX));
                        job.forget();
                        return;
                    }
                }
                default -> {
                    // A later version's.
                }
            }
        }
    }

    /** AppendReq.Options, DeleteReq.Options and TombstoneReq.Options, which are alike. */
    private static void options(MessageReader in, AppendJob job) {
        while (in.next()) {
            switch (in.field()) {
                case 1 -> job.stream(in.message());
                case 2 -> job.expected(in.number());
                case 3 -> job.expected(Expected.NO_STREAM);
                case 4 -> job.expected(Expected.ANY);
                case 5 -> job.expected(Expected.EXISTS);
                default -> {
                    // A later version's.
                }
            }
        }
    }

    private void fail(MalformedMessage malformed) {
        call.end(Failures.invalid(String.valueOf(malformed.getMessage())));
        job.forget();
    }

    @Override
    public void halfClosed() {
        try {
            if (!hasOptions) {
                throw new MalformedMessage("an append without options");
            }
            job.check();
        } catch (MalformedMessage malformed) {
            fail(malformed);
            return;
        } catch (MissingProperty missing) {
            call.end(Failures.missingMetadata(missing.property()));
            job.forget();
            return;
        }
        job.run();
    }

    @Override
    public void cancelled() {
        job.forget();
    }

    // ---- What became of it

    @Override
    public void done(Outcome outcome) {
        switch (outcome) {
            case Outcome.Done done -> Message.sendLast(call, out -> putSuccess(1, done, out));
            case Outcome.WrongRevision wrong ->
                    Message.sendLast(call, out -> wrong(job.expected(), wrong.revision(), out));
            case Outcome.Tombstoned _ -> call.end(Failures.streamDeleted(job.streamText()));
            case Outcome.Denied _ -> call.end(Failures.accessDenied());
            case Outcome.Loading _ -> throw new IllegalStateException("still loading");
        }
    }

    /** AppendResp.Success, and BatchAppendResp.Success, whose fields are the same. */
    static void putSuccess(int field, Outcome.Done done, MessageWriter out) {
        int success = out.begin(field);
        if (done.revision() < 0) {
            out.empty(2);
        } else {
            out.number(1, done.revision());
        }
        if (done.position() == 0) {
            out.empty(4);
        } else {
            int position = out.begin(3);
            out.number(1, done.position());
            out.number(2, done.position());
            out.end(position);
        }
        out.end(success);
    }

    /** AppendResp.WrongExpectedVersion, with the fields of older clients as well. */
    private static void wrong(long expected, long actual, MessageWriter out) {
        int wrong = out.begin(2);
        if (actual < 0) {
            out.empty(2);
            out.empty(7);
        } else {
            out.number(1, actual);
            out.number(6, actual);
        }
        if (expected == Expected.ANY) {
            out.empty(4);
            out.empty(9);
        } else if (expected == Expected.EXISTS) {
            out.empty(5);
            out.empty(10);
        } else if (expected == Expected.NO_STREAM) {
            out.empty(11);
        } else {
            out.number(3, expected);
            out.number(8, expected);
        }
        out.end(wrong);
    }

    @Override
    public void refused(String trouble) {
        call.end(Failures.diskFull(trouble));
    }
}
