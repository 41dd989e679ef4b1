package dev.millrace.registry.effect;

import dev.millrace.registry.acl.Role;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A role is there, or is as it is now. */
public record PutRole(Role role) implements AclChange, Kept {
    @Override
    public int code() {
        return Codes.PUT_ROLE;
    }

    @Override
    public void write(Form out) {
        out.text(role.id()).text(role.name()).text(role.description());
        GrantsForm.write(out, role.grants());
        out.number(role.createIndex()).number(role.modifyIndex());
    }

    static PutRole read(FormReader in) {
        return new PutRole(
                new Role(
                        in.text(),
                        in.text(),
                        in.text(),
                        GrantsForm.read(in),
                        in.varint(),
                        in.varint()));
    }

    @Override
    public State on(State before, long index, Touched touched) {
        long created = before.acl().role(role.id()).map(Role::createIndex).orElse(index);
        return before.with(before.acl().with(role.at(created, index), index, touched));
    }

    @Override
    public State restored(State before) {
        return before.with(before.acl().with(role, role.modifyIndex(), Touched.NOBODY));
    }
}
