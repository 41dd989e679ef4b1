package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A policy is gone; what was linked to it has nothing from it any more. */
public record DropPolicy(String id) implements AclChange {
    @Override
    public int code() {
        return Codes.DROP_POLICY;
    }

    @Override
    public void write(Form out) {
        out.text(id);
    }

    static DropPolicy read(FormReader in) {
        return new DropPolicy(in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.acl().withoutPolicy(id, index, touched));
    }
}
