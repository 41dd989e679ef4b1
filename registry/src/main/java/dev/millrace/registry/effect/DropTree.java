package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** All keys that begin so are gone. */
public record DropTree(String prefix) implements Change {
    @Override
    public int code() {
        return Codes.DROP_TREE;
    }

    @Override
    public void write(Form out) {
        out.text(prefix);
    }

    static DropTree read(FormReader in) {
        return new DropTree(in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.keys().withoutTree(prefix, index, touched));
    }
}
