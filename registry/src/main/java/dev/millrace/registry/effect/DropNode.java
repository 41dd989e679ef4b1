package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A node is gone, with all that was on it. */
public record DropNode(String node) implements Change {
    @Override
    public int code() {
        return Codes.DROP_NODE;
    }

    @Override
    public void write(Form out) {
        out.text(node);
    }

    static DropNode read(FormReader in) {
        return new DropNode(in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.catalog().withoutNode(node, index, touched));
    }
}
