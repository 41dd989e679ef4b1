package dev.millrace.queue.effect;

import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.queue.backlog.Backlog;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.backlog.Message;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.state.Definition;
import dev.millrace.queue.state.State;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/**
 * The only way to change the state: each call writes an effect into the open record and applies it.
 * Under the store's lock, after the space was admitted.
 *
 * <p>Deliveries one after the other from one ledger are one effect, and so are acknowledgements of
 * one offset after the other: the last such effect is written when its run ends, so {@link #endRun}
 * comes before the record is appended.
 */
public final class Effects {
    /** No effect takes more than this beyond the bytes it is given. */
    public static final int BYTES_MAX = 64;

    /** No code of an effect: there is no run. */
    private static final int NO_RUN = 0;

    private final State state;
    private RecordWriter record;
    private int run = NO_RUN;
    private @Nullable Ledger runLedger;
    private long runStart;
    private long runCount;

    public Effects(State state, RecordWriter record) {
        this.state = state;
        this.record = record;
    }

    /** Effects go into another record from here on; what this one has is complete. */
    public void into(RecordWriter other) {
        assert run == NO_RUN : "a run that is not written";
        record = other;
    }

    private NativeBuffer begin(int code) {
        endRun();
        return beginNow(code);
    }

    private NativeBuffer beginNow(int code) {
        NativeBuffer out = record.part(Effect.MACHINE);
        out.putByte(code);
        return out;
    }

    /** True if nothing was changed since the record was appended last. */
    public boolean isEmpty() {
        return run == NO_RUN && record.isEmpty();
    }

    /** Writes what is still gathered. */
    public void endRun() {
        Ledger ledger = runLedger;
        if (run == NO_RUN || ledger == null) {
            return;
        }
        NativeBuffer out = beginNow(run);
        out.putVarint(ledger.id());
        if (run == Effect.ACKNOWLEDGE) {
            out.putVarint(runStart);
        }
        out.putVarint(runCount);
        run = NO_RUN;
        runLedger = null;
    }

    /** Lets the run go on if it comes to an offset, or begins another there. */
    private void run(int code, Ledger ledger, long offset, long count) {
        if (run != code || runLedger != ledger || runStart + runCount != offset) {
            endRun();
            run = code;
            runLedger = ledger;
            runStart = offset;
            runCount = 0;
        }
        runCount += count;
    }

    private static void putBytes(NativeBuffer out, byte[] bytes) {
        out.putVarint(bytes.length);
        out.put(bytes);
    }

    /** A number that nothing has yet, for {@link #append}. */
    public long newId() {
        return state.lastId() + 1;
    }

    public void define(Definition.Name name, byte[] content) {
        NativeBuffer out = begin(Effect.DEFINE);
        out.putByte(name.kind());
        putBytes(out, name.text().getBytes(StandardCharsets.UTF_8));
        putBytes(out, content);
        state.define(name, content);
    }

    public void undefine(Definition.Name name) {
        NativeBuffer out = begin(Effect.UNDEFINE);
        out.putByte(name.kind());
        putBytes(out, name.text().getBytes(StandardCharsets.UTF_8));
        state.undefine(name);
    }

    public Backlog addBacklog() {
        long id = newId();
        begin(Effect.ADD_BACKLOG).putVarint(id);
        return state.addBacklog(id);
    }

    /** Its ledgers go with it. */
    public void drop(Backlog backlog) {
        begin(Effect.DROP_BACKLOG).putVarint(backlog.id());
        state.dropBacklog(backlog.id());
    }

    public Ledger addLedger(Backlog backlog, long start) {
        long id = newId();
        NativeBuffer out = begin(Effect.ADD_LEDGER);
        out.putVarint(id);
        out.putVarint(backlog.id());
        out.putVarint(start);
        return state.addLedger(id, backlog, start);
    }

    public void drop(Ledger ledger) {
        begin(Effect.DROP_LEDGER).putVarint(ledger.id());
        state.dropLedger(ledger.id());
    }

    /**
     * Appends a message.
     *
     * @return its offset
     */
    public long append(
            Backlog backlog,
            Envelope envelope,
            long meta,
            int metaBytes,
            long body,
            int bodyBytes) {
        NativeBuffer out = begin(Effect.APPEND);
        out.putVarint(backlog.id());
        out.putLong(envelope.id());
        out.putLong(envelope.timestampNanos());
        out.putInt(envelope.attempts() | envelope.flags() << 16);
        out.putVarint(metaBytes);
        out.put(meta, metaBytes);
        out.putVarint(bodyBytes);
        out.put(body, bodyBytes);
        return state.append(backlog, envelope, meta, metaBytes, body, bodyBytes);
    }

    /** Appends another backlog's message, under its id, as it is after so many attempts. */
    public long append(Backlog backlog, Message message, int attempts) {
        Envelope envelope =
                new Envelope(message.id(), message.timestampNanos(), attempts, message.flags());
        return append(
                backlog,
                envelope,
                message.metaAddress(),
                message.metaBytes(),
                message.bodyAddress(),
                message.bodyBytes());
    }

    /** The next {@code count} messages go to consumers, for the first time. */
    public void deliver(Ledger ledger, long count) {
        run(Effect.DELIVER, ledger, ledger.next(), count);
        state.deliver(ledger, count);
    }

    /** The next {@code count} messages are done with. */
    public void skip(Ledger ledger, long count) {
        NativeBuffer out = begin(Effect.SKIP);
        out.putVarint(ledger.id());
        out.putVarint(count);
        state.skip(ledger, count);
    }

    /** A message goes to a consumer again. */
    public void retry(Ledger ledger, long offset) {
        NativeBuffer out = begin(Effect.RETRY);
        out.putVarint(ledger.id());
        out.putVarint(offset);
        state.retry(ledger, offset);
    }

    /** A delivered message is done with. */
    public void acknowledge(Ledger ledger, long offset) {
        run(Effect.ACKNOWLEDGE, ledger, offset, 1);
        state.acknowledge(ledger, offset);
    }

    /** A delivered message is not to be delivered again before a time. */
    public void defer(Ledger ledger, long offset, long untilMillis) {
        NativeBuffer out = begin(Effect.DEFER);
        out.putVarint(ledger.id());
        out.putVarint(offset);
        out.putVarint(untilMillis);
        state.defer(ledger, offset, untilMillis);
    }

    /** The next message, which nobody has had, is not to be delivered before a time. */
    public void deferNext(Ledger ledger, long untilMillis) {
        NativeBuffer out = begin(Effect.DEFER_NEXT);
        out.putVarint(ledger.id());
        out.putVarint(untilMillis);
        state.deferNext(ledger, untilMillis);
    }
}
