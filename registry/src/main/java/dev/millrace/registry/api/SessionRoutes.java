package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.GoDuration;
import dev.millrace.registry.effect.PutSession;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.JsonValue;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.session.Invalidation;
import dev.millrace.registry.session.Session;
import dev.millrace.registry.session.SessionTimers;
import dev.millrace.registry.state.Topic;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** {@code /v1/session}: leases that keys are held by (Consul: Session HTTP API). */
final class SessionRoutes {
    private static final Duration LOCK_DELAY = Duration.ofSeconds(15);
    private static final Duration LOCK_DELAY_MAX = Duration.ofSeconds(60);

    /** A number that is less is one of seconds, and else of nanoseconds. */
    private static final double SECONDS_MAX = 1_000;

    private static final Duration TTL_MIN = Duration.ofSeconds(10);
    private static final Duration TTL_MAX = Duration.ofHours(24);
    private static final String ALIVE = "serfHealth";

    private final Agent agent;
    private final SessionTimers timers;
    private final InstantSource clock;

    SessionRoutes(Agent agent, SessionTimers timers, InstantSource clock) {
        this.agent = agent;
        this.timers = timers;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.put("/v1/session/create", this::create),
                Route.put("/v1/session/destroy/", this::destroy),
                Route.act("/v1/session/renew/", this::renew),
                Route.get("/v1/session/info/", this::info),
                Route.get("/v1/session/node/", this::node),
                Route.get("/v1/session/list", this::list));
    }

    private static boolean may(Query query, Rights.Access access, String node) {
        return query.rights().allow(Rights.Resource.SESSION, access, node);
    }

    static void vetWrite(Query query, String node) throws Refusal {
        Vet.named(query, Rights.Resource.SESSION, Rights.Access.WRITE, node);
    }

    // ---- Making one

    private Plan create(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        try {
            Fields in =
                    query.request().body().length == 0
                            ? Fields.of(new JsonValue.Obj(Map.of()))
                            : query.request().object();
            Session session = session(in);
            vetWrite(query, session.node());
            checkTtl(session.ttl());
            checkChecks(query, session);
            return Plan.of(
                    List.of(new PutSession(session)),
                    Reply.json(
                            out -> {
                                out.writeStartObject();
                                out.writeStringField("ID", session.id());
                                out.writeEndObject();
                            }));
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }

    private Session session(Fields in) throws Refusal, MalformedJson {
        String node = in.text("Node");
        String behavior = in.text("Behavior");
        boolean deletes =
                switch (behavior) {
                    case "", "release" -> false;
                    case "delete" -> true;
                    default -> throw Refusal.invalid("Invalid Behavior setting '" + behavior + "'");
                };
        return new Session(
                UUID.randomUUID().toString(),
                in.text("Name"),
                node.isEmpty() ? agent.node() : node,
                lockDelay(in).toNanos(),
                deletes,
                in.text("TTL"),
                nodeChecks(in),
                serviceChecks(in),
                0,
                0);
    }

    private static Duration lockDelay(Fields in) throws MalformedJson {
        Optional<JsonValue> value = in.value("LockDelay");
        if (value.isEmpty()) {
            return LOCK_DELAY;
        }
        Duration asked =
                switch (value.get()) {
                    case JsonValue.Num num -> number(num);
                    case JsonValue.Text text -> parsed(text.value());
                    case JsonValue.Obj _, JsonValue.Arr _, JsonValue.Bool _, JsonValue.Null _ ->
                            throw new MalformedJson(
                                    "json: cannot unmarshal "
                                            + value.get().kind()
                                            + " into Go struct field .LockDelay of type"
                                            + " time.Duration");
                };
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LOCK_DELAY_MAX) > 0 ? LOCK_DELAY_MAX : asked;
    }

    private static Duration number(JsonValue.Num num) {
        double value = Double.parseDouble(num.text());
        return value < SECONDS_MAX
                ? Duration.ofNanos((long) (value * 1e9))
                : GoDuration.ofNumber(value);
    }

    private static Duration parsed(String text) throws MalformedJson {
        return switch (GoDuration.parse(text)) {
            case GoDuration.Is is -> is.duration();
            case GoDuration.IsNot not -> throw new MalformedJson(not.reason());
        };
    }

    /** The old name for them counts, and says that none is wanted if it is empty. */
    private static List<String> nodeChecks(Fields in) throws MalformedJson {
        if (in.has("NodeChecks")) {
            return in.texts("NodeChecks");
        }
        return in.has("Checks") ? in.texts("Checks") : List.of(ALIVE);
    }

    private static List<String> serviceChecks(Fields in) throws MalformedJson {
        List<String> ids = new ArrayList<>();
        for (JsonValue each : in.values("ServiceChecks")) {
            ids.add(
                    each instanceof JsonValue.Text text
                            ? text.value()
                            : Fields.of(each).text("ID"));
        }
        return ids;
    }

    private static void checkTtl(String text) throws Refusal {
        if (text.isEmpty()) {
            return;
        }
        switch (GoDuration.parse(text)) {
            case GoDuration.IsNot not ->
                    throw Refusal.invalid("Session TTL '" + text + "' invalid: " + not.reason());
            case GoDuration.Is is -> {
                Duration ttl = is.duration();
                boolean within =
                        ttl.isZero() || ttl.compareTo(TTL_MIN) >= 0 && ttl.compareTo(TTL_MAX) <= 0;
                if (!within) {
                    throw Refusal.invalid(
                            "Invalid Session TTL '"
                                    + ttl.toNanos()
                                    + "', must be between [10s=24h0m0s]");
                }
            }
        }
    }

    private static void checkChecks(Query query, Session session) throws Refusal {
        Host host =
                query.state()
                        .catalog()
                        .host(session.node())
                        .orElseThrow(() -> Refusal.invalid("Missing node registration"));
        List<String> all = new ArrayList<>(session.nodeChecks());
        all.addAll(session.serviceChecks());
        for (String id : all) {
            Optional<Check> check = host.check(id);
            if (check.isEmpty()) {
                throw Refusal.invalid("Missing check \"" + id + "\" registration");
            }
            if (check.get().status() == Status.CRITICAL) {
                throw Refusal.invalid("Check \"" + id + "\" is in critical state");
            }
        }
    }

    // ---- With one that is there

    private Plan destroy(Query query) throws Refusal {
        String id = query.request().required("Missing session");
        Optional<Session> session = query.state().sessions().session(id);
        if (session.isEmpty()) {
            return Plan.none(Reply.flag(true));
        }
        vetWrite(query, session.get().node());
        return Plan.of(List.of(Invalidation.end(session.get(), clock.millis())), Reply.flag(true));
    }

    private Reply renew(Query query) throws Refusal {
        String id = query.request().required("Missing session");
        Session session =
                query.state()
                        .sessions()
                        .session(id)
                        .orElseThrow(() -> Refusal.notFound("Session id '" + id + "' not found"));
        vetWrite(query, session.node());
        timers.renew(id);
        return sessions(List.of(session));
    }

    // ---- Looking

    private Found info(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String id = query.request().required("Missing session");
        List<Session> found =
                query.state().sessions().session(id).stream()
                        .filter(session -> may(query, Rights.Access.READ, session.node()))
                        .toList();
        return Found.of(
                query.state().sessions().index(id),
                Topic.of(Topic.Kind.SESSION, id),
                sessions(found));
    }

    private Found node(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String node = Catalog.fold(query.request().required("Missing node name"));
        return some(query, query.state().sessions().onNode(node));
    }

    private Found list(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        return some(query, query.state().sessions().byId().values());
    }

    private static Found some(Query query, Collection<Session> all) {
        List<Session> seen =
                all.stream()
                        .filter(session -> may(query, Rights.Access.READ, session.node()))
                        .toList();
        return Found.of(
                query.state().sessions().index(), Topic.of(Topic.Kind.SESSIONS), sessions(seen));
    }

    private static Reply sessions(List<Session> sessions) {
        return Reply.json(
                out -> {
                    out.writeStartArray();
                    for (Session session : sessions) {
                        put(out, session);
                    }
                    out.writeEndArray();
                });
    }

    private static void put(JsonGenerator out, Session session) throws IOException {
        out.writeStartObject();
        out.writeStringField("ID", session.id());
        out.writeStringField("Name", session.name());
        out.writeStringField("Node", session.node());
        out.writeNumberField("LockDelay", session.lockDelayNanos());
        out.writeStringField("Behavior", session.deletes() ? "delete" : "release");
        out.writeStringField("TTL", session.ttl());
        Forms.texts(out, "NodeChecks", session.nodeChecks());
        serviceChecks(out, session);
        out.writeNumberField("CreateIndex", session.createIndex());
        out.writeNumberField("ModifyIndex", session.modifyIndex());
        out.writeEndObject();
    }

    private static void serviceChecks(JsonGenerator out, Session session) throws IOException {
        if (session.serviceChecks().isEmpty()) {
            out.writeNullField("ServiceChecks");
            return;
        }
        out.writeArrayFieldStart("ServiceChecks");
        for (String id : session.serviceChecks()) {
            out.writeStartObject();
            out.writeStringField("ID", id);
            out.writeStringField("Namespace", "");
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
