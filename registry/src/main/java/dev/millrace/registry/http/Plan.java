package dev.millrace.registry.http;

import dev.millrace.registry.effect.Change;
import dev.millrace.registry.state.State;

import java.util.List;
import java.util.function.Function;

/**
 * What a write is going to do.
 *
 * @param changes all of them happen, or none
 * @param reply made of the state after them, and sent when they are durable
 */
public record Plan(List<Change> changes, Function<State, Reply> reply) {
    public Plan {
        changes = List.copyOf(changes);
    }

    public static Plan of(List<Change> changes, Reply reply) {
        return new Plan(changes, after -> reply);
    }

    /** Nothing is to be changed. */
    public static Plan none(Reply reply) {
        return of(List.of(), reply);
    }
}
