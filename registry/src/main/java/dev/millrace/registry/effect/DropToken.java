package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A token is gone. */
public record DropToken(String accessor) implements AclChange {
    @Override
    public int code() {
        return Codes.DROP_TOKEN;
    }

    @Override
    public void write(Form out) {
        out.text(accessor);
    }

    static DropToken read(FormReader in) {
        return new DropToken(in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.acl().withoutToken(accessor, index, touched));
    }
}
