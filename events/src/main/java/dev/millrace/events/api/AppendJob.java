package dev.millrace.events.api;

import dev.millrace.events.append.Appender;
import dev.millrace.events.append.Expected;
import dev.millrace.events.append.Outcome;
import dev.millrace.events.append.StreamName;
import dev.millrace.events.log.Event;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.wire.MalformedMessage;
import dev.millrace.events.wire.MessageReader;
import dev.millrace.kernel.memory.Memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

import java.util.ArrayList;
import java.util.List;

/**
 * Events that are to be appended to one stream, all or none: gathered as they come from the client,
 * then appended in one record. What is gathered is a copy, for the client's bytes go.
 */
final class AppendJob {
    /** The events of one append have at most so many bytes, as they came. */
    static final int BYTES_MAX = Appender.APPEND_BYTES_MAX;

    /** Whoever asked for it; told on the loop. */
    interface Asker {
        /** What became of it; of what was appended when it is durable. */
        void done(Outcome outcome);

        /** The journal takes nothing. */
        void refused(String trouble);
    }

    private record Piece(int offset, int bytes) {}

    private static final int TICKS_PER_MILLI = 10_000;

    private final EventsLoop loop;
    private final Appender appender;
    private final Asker asker;
    private final ByteBuf copied = PooledByteBufAllocator.DEFAULT.directBuffer();
    private final List<Piece> proposals = new ArrayList<>();

    /** What the proposals say; their parts stand in {@link #copied}, which grows no more. */
    private final List<Event.Draft> drafts = new ArrayList<>();

    private Piece name = new Piece(0, 0);
    private long expected = Expected.ANY;
    private boolean over;
    private final Runnable again;

    AppendJob(EventsLoop loop, Appender appender, Asker asker) {
        this.loop = loop;
        this.appender = appender;
        this.asker = asker;
        this.again = () -> loop.executor().execute(this::run);
    }

    private Piece copy(long address, int bytes) {
        Piece piece = new Piece(copied.writerIndex(), bytes);
        copied.ensureWritable(bytes);
        Memory.copy(address, copied.memoryAddress() + piece.offset, bytes);
        copied.writerIndex(piece.offset + bytes);
        return piece;
    }

    /** About so many bytes come now: memory is taken for them once. */
    void reserve(int bytes) {
        copied.ensureWritable(Math.min(bytes, BYTES_MAX));
    }

    /** The stream, as a StreamIdentifier of shared.proto. */
    void stream(MessageReader in) {
        while (in.next()) {
            if (in.field() == 3) {
                name = copy(in.address(), in.length());
            }
        }
    }

    void expected(long revision) {
        expected = revision;
    }

    long expected() {
        return expected;
    }

    /** Adds an event, which is a ProposedMessage there; false if it is too much. */
    boolean add(long address, int bytes) {
        if (copied.writerIndex() + (long) bytes > BYTES_MAX) {
            return false;
        }
        proposals.add(copy(address, bytes));
        return true;
    }

    String streamText() {
        return name().toString();
    }

    private StreamName name() {
        return new StreamName(copied.memoryAddress() + name.offset, name.bytes);
    }

    /**
     * Reads what was gathered, to find what is wrong with it.
     *
     * @throws MalformedMessage if something is; {@link MissingProperty} if something is not there
     */
    void check() {
        if (name.bytes == 0) {
            throw new MalformedMessage("a stream without a name");
        }
        if (name.bytes > 0xffff) {
            throw new MalformedMessage(
                    "stream name: " + name.bytes + " bytes (expected: <= 65535)");
        }
        long created = loop.nowMillis() * TICKS_PER_MILLI;
        for (Piece piece : proposals) {
            drafts.add(
                    Proposal.read(
                            new MessageReader(copied.memoryAddress() + piece.offset, piece.bytes),
                            created));
        }
    }

    /** Appends, once it was checked; whoever asked is told. */
    void run() {
        loop.change(this::attempt);
    }

    private void attempt() {
        if (over) {
            return;
        }
        switch (appender.check(name(), expected, drafts, again)) {
            case Outcome.Loading _ -> {
                // again() comes.
            }
            case Outcome.Done done when done.position() == 0 -> append(done);
            case Outcome.Done done -> finish(done);
            case Outcome wrong -> finish(wrong);
        }
    }

    private void append(Outcome.Done before) {
        if (drafts.isEmpty()) {
            finish(before);
            return;
        }
        if (loop.isCongested()) {
            loop.later(again);
            return;
        }
        switch (loop.admit(Appender.cost(name(), drafts), again)) {
            case ADMITTED -> finish(appender.append(name(), drafts));
            case WAIT -> {
                // again() comes.
            }
            case REFUSED -> {
                over = true;
                copied.release();
                asker.refused(loop.store().journal().trouble());
            }
        }
    }

    /** What was found was changed by records before this one, too: they are waited for as well. */
    private void finish(Outcome outcome) {
        over = true;
        loop.whenDurable(
                () -> {
                    asker.done(outcome);
                    copied.release();
                });
    }

    /** The client has gone: what is not yet appended will not be. */
    void forget() {
        if (!over) {
            over = true;
            appender.forget(again);
            copied.release();
        }
    }
}
