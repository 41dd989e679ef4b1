package dev.millrace.queue.checkpoint;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.queue.backlog.ChunkImage;
import dev.millrace.queue.effect.EffectReader;
import dev.millrace.queue.state.State;

/** Takes back what a {@link Cut} has given. */
final class Loading {
    private final State state;
    private final EffectReader in = new EffectReader();

    Loading(State state) {
        this.state = state;
    }

    void load(long address, int bytes) {
        in.read(address, bytes);
        while (in.hasMore()) {
            int kind = in.unsignedByte();
            switch (kind) {
                case Cut.COUNTERS -> state.used(in.varint());
                case Cut.DEFINITION -> state.define(in.name(), in.bytes());
                case Cut.BACKLOG -> ChunkImage.restoreBacklog(state.addBacklog(in.varint()), in);
                case Cut.CHUNK -> ChunkImage.restore(state.backlog(in.varint()), in, state.shelf());
                case Cut.LEDGER ->
                        state.addLedger(in.varint(), state.backlog(in.varint()), in.varint());
                case Cut.ENTRY ->
                        state.ledger(in.varint())
                                .restore(in.varint(), (int) in.varint(), in.varint());
                default ->
                        throw new CorruptJournalException(
                                "queue in a checkpoint: " + kind + ": unknown");
            }
        }
    }
}
