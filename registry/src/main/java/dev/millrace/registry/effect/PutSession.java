package dev.millrace.registry.effect;

import dev.millrace.registry.session.Session;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/** A session has begun. */
public record PutSession(Session session) implements Change, Kept {
    @Override
    public int code() {
        return Codes.PUT_SESSION;
    }

    @Override
    public void write(Form out) {
        out.text(session.id())
                .text(session.name())
                .text(session.node())
                .number(session.lockDelayNanos())
                .flag(session.deletes())
                .text(session.ttl())
                .texts(session.nodeChecks())
                .texts(session.serviceChecks())
                .number(session.createIndex())
                .number(session.modifyIndex());
    }

    static PutSession read(FormReader in) {
        return new PutSession(
                new Session(
                        in.text(),
                        in.text(),
                        in.text(),
                        in.varint(),
                        in.flag(),
                        in.text(),
                        in.texts(),
                        in.texts(),
                        in.varint(),
                        in.varint()));
    }

    @Override
    public State on(State before, long index, Touched touched) {
        return before.with(before.sessions().with(session.at(index, index), index, touched));
    }

    @Override
    public State restored(State before) {
        return before.with(before.sessions().with(session, session.modifyIndex(), Touched.NOBODY));
    }
}
