package dev.millrace.registry.session;

import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.effect.AclChange;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropCheck;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.DropKey;
import dev.millrace.registry.effect.DropNode;
import dev.millrace.registry.effect.DropQuery;
import dev.millrace.registry.effect.DropSession;
import dev.millrace.registry.effect.DropTree;
import dev.millrace.registry.effect.FireEvent;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutKey;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.effect.PutQuery;
import dev.millrace.registry.effect.PutSession;
import dev.millrace.registry.effect.SetStatus;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which sessions end with a change: those of a node that is deregistered, and those one of whose
 * checks turns critical or is deregistered (Consul: Sessions, session design). They end in the same
 * record, so nobody sees a failed holder that still holds.
 */
public final class Invalidation {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private State state;
    private final long nowMillis;
    private final Map<String, Session> ended = new LinkedHashMap<>();

    private Invalidation(State state, long nowMillis) {
        this.state = state;
        this.nowMillis = nowMillis;
    }

    /** Changes, and the ends of the sessions that end with them. */
    public static List<Change> with(State before, List<Change> changes, long nowMillis) {
        if (before.sessions().byId().isEmpty()) {
            return changes;
        }
        Invalidation invalidation = new Invalidation(before, nowMillis);
        for (int i = 0; i < changes.size(); i++) {
            if (i > 0) {
                invalidation.pass(changes.get(i - 1));
            }
            invalidation.look(changes.get(i));
        }
        if (invalidation.ended.isEmpty()) {
            return changes;
        }
        List<Change> all = new ArrayList<>(changes);
        invalidation.ended.values().forEach(one -> all.add(invalidation.end(one)));
        return all;
    }

    /** The end of a session, at a time. */
    public static DropSession end(Session session, long nowMillis) {
        return new DropSession(
                session.id(), nowMillis + session.lockDelayNanos() / NANOS_PER_MILLI);
    }

    private DropSession end(Session session) {
        return end(session, nowMillis);
    }

    /** What the next change ends depends on what this one has moved. */
    private void pass(Change change) {
        state = change.on(state, state.index() + 1, Touched.NOBODY);
    }

    private void look(Change change) {
        switch (change) {
            case DropNode drop -> end(drop.node(), any -> true);
            case DropCheck drop -> end(drop.node(), one -> one.dependsOn(drop.id()));
            case SetStatus set -> failed(set.node(), set.check(), set.status());
            case PutCheck put -> failed(put.check().node(), put.check().id(), put.check().status());
            case DropInstance drop ->
                    state.catalog()
                            .host(drop.node())
                            .flatMap(host -> host.instance(drop.id()))
                            .ifPresent(
                                    hosted ->
                                            hosted.checks()
                                                    .keySet()
                                                    .forEach(
                                                            id ->
                                                                    end(
                                                                            drop.node(),
                                                                            one ->
                                                                                    one.dependsOn(
                                                                                            id))));
            case PutNode _,
                    PutInstance _,
                    PutKey _,
                    DropKey _,
                    DropTree _,
                    PutSession _,
                    DropSession _,
                    AclChange _,
                    PutQuery _,
                    DropQuery _,
                    FireEvent _ -> {}
        }
    }

    private void failed(String node, String check, Status status) {
        if (status == Status.CRITICAL) {
            end(node, one -> one.dependsOn(check));
        }
    }

    private void end(String node, Predicate<Session> which) {
        state.sessions().onNode(node).stream()
                .filter(which)
                .forEach(one -> ended.put(one.id(), one));
    }
}
