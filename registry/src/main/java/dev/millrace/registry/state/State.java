package dev.millrace.registry.state;

import dev.millrace.registry.catalog.Catalog;

/**
 * All that the registry knows at one moment: a value that any thread may read, for as long as it
 * likes (docs/decisions/registry-state.md).
 *
 * @param index of the last change; it grows by one with every record, and is what clients compare
 * @param catalog nodes, instances and checks
 */
public record State(long index, Catalog catalog) {
    public static final State EMPTY = new State(0, Catalog.EMPTY);

    /** The same at another index. */
    public State at(long changed) {
        return new State(changed, catalog);
    }

    public State with(Catalog changed) {
        return new State(index, changed);
    }
}
