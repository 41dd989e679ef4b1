package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A prepared query is gone. */
public record DropQuery(String id) implements Change {
    @Override
    public int code() {
        return Codes.DROP_QUERY;
    }

    @Override
    public void write(Form out) {
        out.text(id);
    }

    static DropQuery read(FormReader in) {
        return new DropQuery(in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.queries().without(id, index, touched));
    }
}
