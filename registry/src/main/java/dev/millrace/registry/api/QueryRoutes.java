package dev.millrace.registry.api;

import dev.millrace.registry.acl.AclSettings;
import dev.millrace.registry.acl.Gate;
import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.effect.DropQuery;
import dev.millrace.registry.effect.PutQuery;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.query.BadQuery;
import dev.millrace.registry.query.CompiledTemplate;
import dev.millrace.registry.query.Execution;
import dev.millrace.registry.query.PreparedQuery;
import dev.millrace.registry.query.Queries;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Topic;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** {@code /v1/query}: prepared queries (Consul: Prepared query HTTP API). */
final class QueryRoutes {
    private static final String EXECUTE = "/execute";
    private static final String EXPLAIN = "/explain";

    private final Agent agent;
    private final Gate gate;

    QueryRoutes(Agent agent, Gate gate) {
        this.agent = agent;
        this.gate = gate;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/v1/query", this::create),
                Route.get("/v1/query", this::list),
                Route.get("/v1/query/", this::get),
                Route.put("/v1/query/", this::update),
                Route.delete("/v1/query/", this::delete));
    }

    private static Refusal missing() {
        return Refusal.notFound("Query not found");
    }

    // ---- Changing

    private Plan create(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        try {
            Fields in = query.request().object();
            if (!in.text("ID").isEmpty()) {
                throw Refusal.invalid("ID must be empty when creating a new prepared query");
            }
            String id = UUID.randomUUID().toString();
            Reply reply =
                    Reply.json(
                            out -> {
                                out.writeStartObject();
                                out.writeStringField("ID", id);
                                out.writeEndObject();
                            });
            return put(query, in, id, reply);
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }

    private Plan put(Query query, Fields in, String id, Reply reply) throws Refusal, MalformedJson {
        PreparedQuery wanted = QueryForms.read(in, id);
        vetWrite(query, wanted);
        checkPlace(query.state(), wanted);
        return Plan.of(List.of(new PutQuery(wanted)), reply);
    }

    private static void vetWrite(Query query, PreparedQuery about) throws Refusal {
        if (about.isNamed()) {
            Vet.named(query, Rights.Resource.QUERY, Rights.Access.WRITE, about.name());
        }
    }

    /** It has its name for itself, and what it names is there. */
    private static void checkPlace(State state, PreparedQuery wanted) throws Refusal {
        Queries queries = state.queries();
        String name = wanted.name();
        if (isAnother(queries.named(name), wanted)) {
            throw Refusal.invalid("name '" + name + "' aliases an existing query name");
        }
        if (name.isEmpty() && wanted.isTemplate() && isAnother(queries.template(name), wanted)) {
            throw Refusal.invalid("a query template with an empty name already exists");
        }
        if (AclSettings.isUuid(name) && queries.query(name).isPresent()) {
            throw Refusal.invalid("name '" + name + "' aliases an existing query ID");
        }
        String session = wanted.session();
        if (!session.isEmpty() && state.sessions().session(session).isEmpty()) {
            throw Refusal.invalid("invalid session \"" + session + "\"");
        }
        if (wanted.isTemplate()) {
            try {
                CompiledTemplate _ = CompiledTemplate.of(wanted);
            } catch (BadQuery bad) {
                throw Refusal.invalid("failed compiling template: " + bad.why());
            }
        }
    }

    private static boolean isAnother(Optional<PreparedQuery> there, PreparedQuery wanted) {
        return there.isPresent() && !there.get().id().equals(wanted.id());
    }

    private PreparedQuery existing(Query query) throws Refusal {
        String id = query.request().rest();
        PreparedQuery there =
                query.state()
                        .queries()
                        .query(id)
                        .orElseThrow(
                                () ->
                                        Refusal.invalid(
                                                "Cannot modify non-existent prepared query: '"
                                                        + id
                                                        + "'"));
        vetWrite(query, there);
        return there;
    }

    private Plan update(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        try {
            PreparedQuery there = existing(query);
            return put(query, query.request().object(), there.id(), Reply.empty());
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }

    private Plan delete(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        return Plan.of(List.of(new DropQuery(existing(query).id())), Reply.empty());
    }

    // ---- Looking

    /** Who may change all rights sees all; others what is named and they may read. */
    private static boolean isSeen(Query query, PreparedQuery one) {
        return seesAll(query)
                || one.isNamed()
                        && query.rights()
                                .allow(Rights.Resource.QUERY, Rights.Access.READ, one.name());
    }

    private static boolean seesAll(Query query) {
        return query.rights().allowAcl(Rights.Access.WRITE);
    }

    private static Reply queries(Query query, Collection<PreparedQuery> all) {
        boolean withToken = seesAll(query);
        return Answers.list(all, (out, one) -> QueryForms.put(out, one, withToken));
    }

    private static Found found(Query query, Reply reply) {
        return Found.of(query.state().queries().index(), Topic.of(Topic.Kind.QUERIES), reply);
    }

    private Found list(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        List<PreparedQuery> seen =
                query.state().queries().byId().values().stream()
                        .filter(one -> isSeen(query, one))
                        .toList();
        return found(query, queries(query, seen));
    }

    private Found get(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String rest = query.request().rest();
        if (rest.endsWith(EXECUTE)) {
            return execute(query, rest.substring(0, rest.length() - EXECUTE.length()));
        }
        if (rest.endsWith(EXPLAIN)) {
            return explain(query, rest.substring(0, rest.length() - EXPLAIN.length()));
        }
        PreparedQuery one = query.state().queries().query(rest).orElseThrow(QueryRoutes::missing);
        if (one.isNamed() && !isSeen(query, one)) {
            Vet.named(query, Rights.Resource.QUERY, Rights.Access.READ, one.name());
        }
        return found(query, queries(query, List.of(one)));
    }

    private static PreparedQuery resolved(Query query, String nameOrId) throws Refusal {
        if (nameOrId.isEmpty()) {
            throw Refusal.invalid("Missing query ID");
        }
        try {
            return query.state().queries().resolved(nameOrId).orElseThrow(QueryRoutes::missing);
        } catch (BadQuery bad) {
            throw Refusal.invalid(bad.why());
        }
    }

    private Found explain(Query query, String nameOrId) throws Refusal {
        limit(query);
        PreparedQuery resolved = resolved(query, nameOrId);
        if (!isSeen(query, resolved)) {
            throw new Refusal(403, "Permission denied");
        }
        boolean withToken = seesAll(query);
        return Found.of(
                Reply.json(
                        out -> {
                            out.writeStartObject();
                            out.writeFieldName("Query");
                            QueryForms.put(out, resolved, withToken);
                            out.writeEndObject();
                        }));
    }

    // ---- Running

    /** 0: any number. */
    private static int limit(Query query) throws Refusal {
        String text = query.request().parameter("limit").orElse("");
        try {
            return text.isEmpty() ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException noNumber) {
            throw Refusal.invalid(
                    "Bad limit: strconv.Atoi: parsing \"" + text + "\": invalid syntax");
        }
    }

    private Found execute(Query query, String nameOrId) throws Refusal {
        int limit = limit(query);
        PreparedQuery resolved = resolved(query, nameOrId);
        Rights rights =
                resolved.token().isEmpty()
                        ? query.rights()
                        : gate.rights(query.state(), resolved.token())
                                .orElseThrow(Refusal::unknownToken);
        Execution.Result result =
                new Execution(
                                query.state(),
                                rights,
                                agent.datacenter(),
                                near(query, resolved),
                                ThreadLocalRandom.current())
                        .run(resolved.service());
        boolean onlyMesh = Selection.flag(query.request(), "connect");
        List<InstanceKey> instances = onlyMesh ? List.of() : result.instances();
        int shown = limit > 0 ? Math.min(limit, instances.size()) : instances.size();
        return Found.of(reply(query.state(), resolved, result, instances.subList(0, shown)));
    }

    /** The client's wish goes before the query's. */
    private String near(Query query, PreparedQuery resolved) {
        String wanted =
                query.request()
                        .parameter("near")
                        .filter(node -> !node.isEmpty())
                        .orElse(resolved.service().near());
        return switch (wanted) {
            case "_agent" -> agent.node();
            case "_ip" -> Execution.nodeAt(query.state(), query.request().remote()).orElse("");
            default -> wanted;
        };
    }

    private Reply reply(
            State state,
            PreparedQuery resolved,
            Execution.Result result,
            List<InstanceKey> instances) {
        return Reply.json(
                out -> {
                    out.writeStartObject();
                    out.writeStringField("Service", result.service());
                    out.writeArrayFieldStart("Nodes");
                    for (InstanceKey key : instances) {
                        Health.put(out, Health.placed(state.catalog(), key), agent);
                    }
                    out.writeEndArray();
                    QueryForms.dns(out, resolved);
                    out.writeStringField("Datacenter", agent.datacenter());
                    out.writeNumberField("Failovers", result.failovers());
                    out.writeEndObject();
                });
    }
}
