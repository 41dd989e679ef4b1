package dev.millrace.registry.effect;

import dev.millrace.registry.keys.Entry;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A key has a value, and is held by somebody or not. */
public record PutKey(Entry entry) implements Change, Kept {
    @Override
    public int code() {
        return Codes.PUT_KEY;
    }

    @Override
    public void write(Form out) {
        out.text(entry.key())
                .bytes(entry.value().bytes())
                .fixed64(entry.flags())
                .text(entry.session())
                .number(entry.lockIndex())
                .number(entry.createIndex())
                .number(entry.modifyIndex());
    }

    static PutKey read(FormReader in) {
        return new PutKey(
                new Entry(
                        in.text(),
                        Value.of(in.bytes()),
                        in.u64(),
                        in.text(),
                        in.varint(),
                        in.varint(),
                        in.varint()));
    }

    @Override
    public State on(State before, long index, Touched touched) {
        long created = before.keys().entry(entry.key()).map(Entry::createIndex).orElse(index);
        return before.with(before.keys().with(entry.at(created, index), touched));
    }

    @Override
    public State restored(State before) {
        return before.with(before.keys().with(entry, Touched.NOBODY));
    }
}
