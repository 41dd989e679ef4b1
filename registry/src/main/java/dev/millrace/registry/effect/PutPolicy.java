package dev.millrace.registry.effect;

import dev.millrace.registry.acl.Policy;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A policy is there, or is as it is now. */
public record PutPolicy(Policy policy) implements AclChange, Kept {
    @Override
    public int code() {
        return Codes.PUT_POLICY;
    }

    @Override
    public void write(Form out) {
        out.text(policy.id())
                .text(policy.name())
                .text(policy.description())
                .text(policy.rules())
                .texts(policy.datacenters())
                .number(policy.createIndex())
                .number(policy.modifyIndex());
    }

    static PutPolicy read(FormReader in) {
        return new PutPolicy(
                new Policy(
                        in.text(),
                        in.text(),
                        in.text(),
                        in.text(),
                        in.texts(),
                        in.varint(),
                        in.varint()));
    }

    @Override
    public State on(State before, long index, Touched touched) {
        long created = before.acl().policy(policy.id()).map(Policy::createIndex).orElse(index);
        return before.with(before.acl().with(policy.at(created, index), index, touched));
    }

    @Override
    public State restored(State before) {
        return before.with(before.acl().with(policy, policy.modifyIndex(), Touched.NOBODY));
    }
}
