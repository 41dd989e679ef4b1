package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** An instance of a service is gone, with its checks. */
public record DropInstance(String node, String id) implements Change {
    @Override
    public int code() {
        return Codes.DROP_INSTANCE;
    }

    @Override
    public void write(Form out) {
        out.text(node).text(id);
    }

    static DropInstance read(FormReader in) {
        return new DropInstance(in.text(), in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.catalog().withoutInstance(node, id, index, touched));
    }
}
