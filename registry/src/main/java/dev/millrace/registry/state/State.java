package dev.millrace.registry.state;

import dev.millrace.registry.acl.Acl;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.event.Events;
import dev.millrace.registry.keys.Keys;
import dev.millrace.registry.query.Queries;
import dev.millrace.registry.session.Sessions;

/**
 * All that the registry knows at one moment: a value that any thread may read, for as long as it
 * likes (docs/decisions/registry-state.md).
 *
 * @param index of the last change; it grows by one with every record, and is what clients compare
 * @param catalog nodes, instances and checks
 * @param keys the key-value store
 * @param acl tokens, policies and roles
 * @param queries prepared queries
 * @param events the last that were fired
 */
public record State(
        long index,
        Catalog catalog,
        Keys keys,
        Sessions sessions,
        Acl acl,
        Queries queries,
        Events events) {
    public static final State EMPTY =
            new State(
                    0,
                    Catalog.EMPTY,
                    Keys.EMPTY,
                    Sessions.EMPTY,
                    Acl.EMPTY,
                    Queries.EMPTY,
                    Events.EMPTY);

    /** The same at another index. */
    public State at(long changed) {
        return new State(changed, catalog, keys, sessions, acl, queries, events);
    }

    public State with(Catalog changed) {
        return new State(index, changed, keys, sessions, acl, queries, events);
    }

    public State with(Keys changed) {
        return new State(index, catalog, changed, sessions, acl, queries, events);
    }

    public State with(Sessions changed) {
        return new State(index, catalog, keys, changed, acl, queries, events);
    }

    public State with(Acl changed) {
        return new State(index, catalog, keys, sessions, changed, queries, events);
    }

    public State with(Queries changed) {
        return new State(index, catalog, keys, sessions, acl, changed, events);
    }

    public State with(Events changed) {
        return new State(index, catalog, keys, sessions, acl, queries, changed);
    }
}
