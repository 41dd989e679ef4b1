package dev.millrace.queue.effect;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.queue.backlog.Envelope;
import dev.millrace.queue.ledger.Ledger;
import dev.millrace.queue.state.State;

/** Applies the effects of a record again. What does not fit is damage, and refused. */
public final class Replay {
    private final State state;
    private final EffectReader in = new EffectReader();

    public Replay(State state) {
        this.state = state;
    }

    /** The queue's number among state machines. */
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
                case Effect.DEFINE -> state.define(in.name(), in.bytes());
                case Effect.UNDEFINE -> state.undefine(in.name());
                case Effect.ADD_BACKLOG -> state.addBacklog(in.varint());
                case Effect.DROP_BACKLOG -> state.dropBacklog(in.varint());
                case Effect.ADD_LEDGER ->
                        state.addLedger(in.varint(), state.backlog(in.varint()), in.varint());
                case Effect.DROP_LEDGER -> state.dropLedger(in.varint());
                case Effect.APPEND -> append();
                case Effect.DELIVER -> state.deliver(state.ledger(in.varint()), in.varint());
                case Effect.SKIP -> state.skip(state.ledger(in.varint()), in.varint());
                case Effect.RETRY -> state.retry(state.ledger(in.varint()), in.varint());
                case Effect.ACKNOWLEDGE -> acknowledge();
                case Effect.DEFER ->
                        state.defer(state.ledger(in.varint()), in.varint(), in.varint());
                case Effect.DEFER_NEXT -> state.deferNext(state.ledger(in.varint()), in.varint());
                default -> throw new CorruptJournalException("queue effect " + code + ": unknown");
            }
        }
        state.shelf().committed(0);
    }

    private void append() {
        long backlog = in.varint();
        long id = in.u64();
        long timestampNanos = in.u64();
        int attempts = in.u16();
        int flags = in.u16();
        int metaBytes = in.length();
        long meta = in.skip(metaBytes);
        int bodyBytes = in.length();
        long body = in.skip(bodyBytes);
        state.append(
                state.backlog(backlog),
                new Envelope(id, timestampNanos, attempts, flags),
                meta,
                metaBytes,
                body,
                bodyBytes);
    }

    private void acknowledge() {
        Ledger ledger = state.ledger(in.varint());
        long offset = in.varint();
        long count = in.varint();
        for (long i = 0; i < count; i++) {
            state.acknowledge(ledger, offset + i);
        }
    }
}
