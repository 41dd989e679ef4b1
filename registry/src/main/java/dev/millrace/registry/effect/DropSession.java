package dev.millrace.registry.effect;

import dev.millrace.registry.keys.Entry;
import dev.millrace.registry.keys.Keys;
import dev.millrace.registry.session.Session;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

import java.util.Optional;

/**
 * A session has ended, and what it held is released or deleted; with it end the prepared queries
 * that were bound to it.
 *
 * @param delayMillis until when nobody may acquire that, in milliseconds since 1970
 */
public record DropSession(String id, long delayMillis) implements Change {
    @Override
    public int code() {
        return Codes.DROP_SESSION;
    }

    @Override
    public void write(Form out) {
        out.text(id).number(delayMillis);
    }

    static DropSession read(FormReader in) {
        return new DropSession(in.text(), in.varint());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        Optional<Session> session = before.sessions().session(id);
        if (session.isEmpty()) {
            return before;
        }
        Keys keys = before.keys();
        for (String key : keys.heldBy(id)) {
            keys = letGo(keys, key, session.get(), index, touched);
        }
        return before.with(keys)
                .with(before.queries().withoutSession(id, index, touched))
                .with(before.sessions().without(id, index, touched));
    }

    private Keys letGo(Keys keys, String key, Session session, long index, Touched touched) {
        Entry entry = keys.entry(key).orElseThrow();
        Keys after =
                session.deletes()
                        ? keys.without(key, index, touched)
                        : keys.with(
                                entry.held("", entry.lockIndex()).at(entry.createIndex(), index),
                                touched);
        return session.lockDelayNanos() == 0 ? after : after.delayed(key, delayMillis);
    }
}
