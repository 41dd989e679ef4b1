package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A check is gone. */
public record DropCheck(String node, String id) implements Change {
    @Override
    public int code() {
        return Codes.DROP_CHECK;
    }

    @Override
    public void write(Form out) {
        out.text(node).text(id);
    }

    static DropCheck read(FormReader in) {
        return new DropCheck(in.text(), in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.catalog().withoutCheck(node, id, index, touched));
    }
}
