package dev.millrace.registry.query;

import dev.millrace.registry.acl.AclSettings;
import dev.millrace.registry.state.Topic;
import dev.millrace.registry.state.Touched;

import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

import java.util.Locale;
import java.util.Optional;

/**
 * All prepared queries at one moment, as a value.
 *
 * @param byId by their ids
 * @param names their ids, by their names in lower case
 * @param templates those that are templates, by their names in lower case
 * @param bySession their ids, by the sessions with which they end
 * @param index of the last change of any
 */
public record Queries(
        TreePMap<String, PreparedQuery> byId,
        TreePMap<String, String> names,
        TreePMap<String, CompiledTemplate> templates,
        TreePMap<String, TreePSet<String>> bySession,
        long index) {
    public static final Queries EMPTY =
            new Queries(TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), TreePMap.empty(), 0);

    public Optional<PreparedQuery> query(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The one of a name, in any case. */
    public Optional<PreparedQuery> named(String name) {
        return Optional.ofNullable(names.get(fold(name))).flatMap(this::query);
    }

    /** The template that has exactly this name, also none. */
    public Optional<PreparedQuery> template(String name) {
        return Optional.ofNullable(templates.get(fold(name))).map(CompiledTemplate::query);
    }

    private static String fold(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * The query that is meant: by its id, else by its name, else the template whose name is the
     * longest that it begins with.
     *
     * @throws BadQuery if a template is named by its id, or cannot be rendered
     */
    public Optional<PreparedQuery> resolved(String nameOrId) throws BadQuery {
        if (AclSettings.isUuid(nameOrId) && byId.containsKey(fold(nameOrId))) {
            PreparedQuery query = query(fold(nameOrId)).orElseThrow();
            if (query.isTemplate()) {
                throw new BadQuery(
                        "prepared query templates can only be resolved up by name, not by ID");
            }
            return Optional.of(query);
        }
        Optional<PreparedQuery> named = named(nameOrId);
        if (named.isPresent() && !named.get().isTemplate()) {
            return named;
        }
        Optional<CompiledTemplate> template = longest(fold(nameOrId));
        return template.isEmpty()
                ? Optional.empty()
                : Optional.of(template.get().rendered(nameOrId));
    }

    private Optional<CompiledTemplate> longest(String name) {
        if (templates.isEmpty()) {
            return Optional.empty();
        }
        for (int length = name.length(); length >= 0; length--) {
            CompiledTemplate template = templates.get(name.substring(0, length));
            if (template != null) {
                return Optional.of(template);
            }
        }
        return Optional.empty();
    }

    // ---- Changing

    /**
     * With a query, new or changed; its own indices are kept as they are.
     *
     * @throws IllegalArgumentException if it is a template that cannot be rendered
     */
    public Queries with(PreparedQuery query, long at, Touched touched) {
        Queries others = without(query.id(), at, Touched.NOBODY);
        touched.touch(Topic.of(Topic.Kind.QUERIES));
        String name = fold(query.name());
        return new Queries(
                others.byId.plus(query.id(), query),
                name.isEmpty() ? others.names : others.names.plus(name, query.id()),
                query.isTemplate()
                        ? others.templates.plus(name, compiled(query))
                        : others.templates,
                query.session().isEmpty()
                        ? others.bySession
                        : others.bySession.plus(
                                query.session(), others.of(query.session()).plus(query.id())),
                at);
    }

    private static CompiledTemplate compiled(PreparedQuery query) {
        try {
            return CompiledTemplate.of(query);
        } catch (BadQuery bad) {
            throw new IllegalArgumentException("query " + query.id() + ": " + bad.why(), bad);
        }
    }

    private TreePSet<String> of(String session) {
        return bySession.getOrDefault(session, TreePSet.empty());
    }

    /** Without a query. */
    public Queries without(String id, long at, Touched touched) {
        PreparedQuery before = byId.get(id);
        if (before == null) {
            return this;
        }
        touched.touch(Topic.of(Topic.Kind.QUERIES));
        String name = fold(before.name());
        TreePSet<String> left = of(before.session()).minus(id);
        return new Queries(
                byId.minus(id),
                names.minus(name),
                before.isTemplate() ? templates.minus(name) : templates,
                left.isEmpty()
                        ? bySession.minus(before.session())
                        : bySession.plus(before.session(), left),
                at);
    }

    /** Without those of a session that has ended. */
    public Queries withoutSession(String session, long at, Touched touched) {
        Queries after = this;
        for (String id : of(session)) {
            after = after.without(id, at, touched);
        }
        return after;
    }

    /** With the index as it was. */
    public Queries restored(long at) {
        return new Queries(byId, names, templates, bySession, at);
    }
}
