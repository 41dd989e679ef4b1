package dev.millrace.kv.pubsub;

import dev.millrace.kv.session.Session;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Names of one kind (channels, patterns, shard channels) that somebody listens to. */
final class Directory {
    private final Map<Name, Subscribers> names = new ConcurrentHashMap<>();

    /** On the session's lane. */
    void add(Name name, Session session) {
        names.compute(
                name,
                (same, known) -> {
                    Subscribers all =
                            known == null
                                    ? new Subscribers(session.lane().server().lanes().size())
                                    : known;
                    all.add(session);
                    return all;
                });
    }

    /** On the session's lane. A name that nobody listens to any more is forgotten. */
    void remove(Name name, Session session) {
        names.computeIfPresent(
                name,
                (same, known) -> {
                    known.remove(session);
                    return known.count() == 0 ? null : known;
                });
    }

    @Nullable Subscribers find(Name name) {
        return names.isEmpty() ? null : names.get(name);
    }

    int size() {
        return names.size();
    }

    void each(BiConsumer<Name, Subscribers> action) {
        if (!names.isEmpty()) {
            names.forEach(action);
        }
    }

    void eachName(Consumer<Name> action) {
        names.keySet().forEach(action);
    }
}
