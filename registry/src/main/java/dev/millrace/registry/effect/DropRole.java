package dev.millrace.registry.effect;

import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A role is gone; tokens that had it have nothing from it any more. */
public record DropRole(String id) implements AclChange {
    @Override
    public int code() {
        return Codes.DROP_ROLE;
    }

    @Override
    public void write(Form out) {
        out.text(id);
    }

    static DropRole read(FormReader in) {
        return new DropRole(in.text());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.acl().withoutRole(id, index, touched));
    }
}
