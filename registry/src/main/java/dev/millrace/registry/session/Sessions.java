package dev.millrace.registry.session;

import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.state.Ends;
import dev.millrace.registry.state.Topic;
import dev.millrace.registry.state.Touched;

import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All sessions at one moment, as a value.
 *
 * @param byId by their ids
 * @param byNode their ids by their nodes' names in lower case
 * @param gone the ends of others
 * @param index of the last change of any
 */
public record Sessions(
        TreePMap<String, Session> byId,
        TreePMap<String, TreePSet<String>> byNode,
        Ends gone,
        long index) {
    public static final Sessions EMPTY =
            new Sessions(TreePMap.empty(), TreePMap.empty(), Ends.NONE, 0);

    public Optional<Session> session(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Those of a node. */
    public List<Session> onNode(String node) {
        List<Session> all = new ArrayList<>();
        for (String id : byNode.getOrDefault(Catalog.fold(node), TreePSet.empty())) {
            session(id).ifPresent(all::add);
        }
        return all;
    }

    /** What to compare with the index that somebody has of a session, there or not; at least 1. */
    public long index(String id) {
        Session session = byId.get(id);
        return Math.max(1, session == null ? gone.index(id) : session.modifyIndex());
    }

    private static void touch(String id, Touched touched) {
        touched.touch(Topic.of(Topic.Kind.SESSIONS));
        touched.touch(Topic.of(Topic.Kind.SESSION, id));
    }

    /** With a session; its own indices are kept as they are. */
    public Sessions with(Session session, long at, Touched touched) {
        touch(session.id(), touched);
        String node = Catalog.fold(session.node());
        return new Sessions(
                byId.plus(session.id(), session),
                byNode.plus(node, byNode.getOrDefault(node, TreePSet.empty()).plus(session.id())),
                gone,
                at);
    }

    /** Without a session. */
    public Sessions without(String id, long at, Touched touched) {
        Session before = byId.get(id);
        if (before == null) {
            return this;
        }
        touch(id, touched);
        String node = Catalog.fold(before.node());
        TreePSet<String> left = byNode.getOrDefault(node, TreePSet.empty()).minus(id);
        return new Sessions(
                byId.minus(id),
                left.isEmpty() ? byNode.minus(node) : byNode.plus(node, left),
                gone.with(id, at),
                at);
    }

    /** With the end of a session as a checkpoint says. */
    public Sessions restoredEnd(String id, long at) {
        return new Sessions(byId, byNode, gone.with(id, at), index);
    }

    /** With these indices as they were. */
    public Sessions restored(long floor, long at) {
        return new Sessions(byId, byNode, new Ends(gone.indices(), floor), at);
    }
}
