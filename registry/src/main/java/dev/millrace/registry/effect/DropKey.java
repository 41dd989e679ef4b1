package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A key is gone. */
public record DropKey(String key) implements Change {
    @Override
    public int code() {
        return Codes.DROP_KEY;
    }

    @Override
    public void write(Form out) {
        out.text(key);
    }

    static DropKey read(FormReader in) {
        return new DropKey(in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.keys().without(key, index, touched));
    }
}
