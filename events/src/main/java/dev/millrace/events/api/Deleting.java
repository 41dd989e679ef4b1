package dev.millrace.events.api;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.append.StreamName;
import dev.millrace.events.grpc.Call;
import dev.millrace.events.grpc.Requests;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.stream.StreamTable;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.kernel.memory.NativeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Streams.Delete and Streams.Tombstone. */
final class Deleting implements Requests {
    private final EventsLoop loop;
    private final Appender appender;
    private final boolean forGood;
    private final Call call;
    private final Runnable again = this::run;
    private String stream = "";
    private long expected = Expected.ANY;

    /**
     * @param forGood whether it is a tombstone
     */
    Deleting(EventsLoop loop, Appender appender, boolean forGood, Call call) {
        this.loop = loop;
        this.appender = appender;
        this.forGood = forGood;
        this.call = call;
    }

    @Override
    public void message(long address, int bytes) {
        try {
            read(new MessageReader(address, bytes));
        } catch (MalformedMessage malformed) {
            call.end(Failures.invalid(String.valueOf(malformed.getMessage())));
        }
    }

    private void read(MessageReader in) {
        while (in.next()) {
            if (in.field() == 1) {
                options(in.message());
            }
        }
        int bytes = stream.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > StreamTable.NAME_BYTES_MAX) {
            throw new MalformedMessage("stream name: " + bytes + " bytes (expected: 1 to 65535)");
        }
    }

    private void options(MessageReader in) {
        while (in.next()) {
            switch (in.field()) {
                case 1 -> stream = ReadRequest.streamName(in.message());
                case 2 -> expected = in.number();
                case 3 -> expected = Expected.NO_STREAM;
                case 4 -> expected = Expected.ANY;
                case 5 -> expected = Expected.EXISTS;
                default -> {
                    // A later version's.
                }
            }
        }
    }

    @Override
    public void halfClosed() {
        run();
    }

    private void run() {
        if (!call.isOver()) {
            loop.change(this::attempt);
        }
    }

    private void attempt() {
        NativeBuffer copy = new NativeBuffer(256);
        try {
            StreamName name = StreamName.in(copy, stream);
            switch (appender.check(name, expected, List.of(), again)) {
                case Outcome.Done _ -> delete(name);
                case Outcome.WrongRevision wrong ->
                        call.end(Failures.wrongExpectedVersion(stream, expected, wrong.revision()));
                case Outcome.Tombstoned _ -> call.end(Failures.streamDeleted(stream));
                case Outcome.Denied _ -> call.end(Failures.accessDenied());
                case Outcome.Loading _ -> throw new IllegalStateException("nothing to look up");
            }
        } finally {
            copy.free();
        }
    }

    private void delete(StreamName name) {
        switch (loop.admit(Appender.cost(name, List.of()), again)) {
            case ADMITTED -> {
                Outcome.Done done = forGood ? appender.tombstone(name) : appender.delete(name);
                loop.whenDurable(() -> answer(done.position()));
            }
            case WAIT -> {
                // again() comes.
            }
            case REFUSED -> call.end(Failures.diskFull(loop.store().journal().trouble()));
        }
    }

    private void answer(long position) {
        Message.sendLast(
                call,
                out -> {
                    int begun = out.begin(1);
                    out.number(1, position);
                    out.number(2, position);
                    out.end(begun);
                });
    }
}
