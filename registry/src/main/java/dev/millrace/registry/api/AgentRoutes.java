package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.agent.AgentChecks;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.CheckKey;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.state.Topic;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code /v1/agent}: what this node has, and what is reported to it (Consul: Agent HTTP API). */
final class AgentRoutes {
    private final Agent agent;
    private final AgentChecks checks;
    private final AgentWrites writes;

    AgentRoutes(Agent agent, AgentChecks checks) {
        this.agent = agent;
        this.checks = checks;
        this.writes = new AgentWrites(agent);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/agent/services", this::services),
                Route.get("/v1/agent/service/", this::service),
                Route.get("/v1/agent/checks", this::checks),
                Route.get("/v1/agent/health/service/id/", this::healthById),
                Route.get("/v1/agent/health/service/name/", this::healthByName),
                Route.put("/v1/agent/service/register", writes::registerService),
                Route.put("/v1/agent/service/deregister/", writes::deregisterService),
                Route.put("/v1/agent/service/maintenance/", writes::serviceMaintenance),
                Route.put("/v1/agent/maintenance", writes::nodeMaintenance),
                Route.put("/v1/agent/check/register", writes::registerCheck),
                Route.put("/v1/agent/check/deregister/", writes::deregisterCheck),
                Route.act("/v1/agent/check/pass/", query -> report(query, Status.PASSING)),
                Route.act("/v1/agent/check/warn/", query -> report(query, Status.WARNING)),
                Route.act("/v1/agent/check/fail/", query -> report(query, Status.CRITICAL)),
                Route.act("/v1/agent/check/update/", this::update));
    }

    private Host host(Query query) throws Refusal {
        return query.state()
                .catalog()
                .host(agent.node())
                .orElseThrow(() -> new Refusal(500, "This node is not registered yet"));
    }

    private List<Hosted> local(Query query) throws Refusal {
        return host(query).instances().values().stream()
                .filter(hosted -> hosted.instance().local())
                .filter(hosted -> query.rights().readsService(hosted.instance().service()))
                .toList();
    }

    private Found services(Query query) throws Refusal {
        List<Instance> seen = local(query).stream().map(Hosted::instance).toList();
        return Found.of(
                Answers.map(
                        Filters.apply(query.request(), Filters.INSTANCE, seen),
                        Instance::id,
                        this::put));
    }

    private void put(JsonGenerator out, Instance instance) throws IOException {
        out.writeStartObject();
        Forms.agentInstance(out, instance, agent);
        out.writeEndObject();
    }

    /** One waits for it by the hash of its content, which the client gives back. */
    private Found service(Query query) throws Refusal {
        String id = query.request().required("Missing service ID");
        Optional<Instance> instance = host(query).instance(id).map(Hosted::instance);
        if (instance.isEmpty()) {
            throw Refusal.notFound("unknown service ID: " + id);
        }
        Vet.readsService(query, instance.get().service());
        String hash = Long.toHexString(instance.get().at(0, 0).hashCode() & 0xffff_ffffL);
        Reply reply =
                Reply.json(
                        out -> {
                            out.writeStartObject();
                            Forms.agentInstance(out, instance.get(), agent);
                            out.writeStringField("ContentHash", hash);
                            out.writeEndObject();
                        });
        return Found.of(hash, Topic.of(Topic.Kind.NODE, Catalog.fold(agent.node())), reply);
    }

    private Found checks(Query query) throws Refusal {
        List<Check> seen =
                host(query).allChecks().stream()
                        .filter(Check::local)
                        .filter(check -> isSeen(query, check))
                        .map(checks::heard)
                        .toList();
        return Found.of(
                Answers.map(
                        Filters.apply(query.request(), Filters.CHECK, seen),
                        Check::id,
                        Forms::check));
    }

    private boolean isSeen(Query query, Check check) {
        return check.isOfNode()
                ? query.rights().readsNode(agent.node())
                : query.rights().readsService(check.serviceName());
    }

    // ---- Reports

    private Reply report(Query query, Status status) throws Refusal {
        return report(query, status, query.request().parameter("note").orElse(""));
    }

    private Reply report(Query query, Status status, String output) throws Refusal {
        String id = query.request().required("Missing check ID");
        Check there = writes.vetCheck(query, id);
        if (!checks.report(new CheckKey(there.node(), id), status, output)) {
            throw Refusal.notFound("CheckID \"" + id + "\" does not have associated TTL");
        }
        return Reply.empty();
    }

    private Reply update(Query query) throws Refusal {
        try {
            Fields in = query.request().object();
            String text = in.text("Status");
            Optional<Status> status = Status.of(text);
            if (status.isEmpty()) {
                throw Refusal.bad("Invalid check status: '" + text + "'");
            }
            return report(query, status.get(), in.text("Output"));
        } catch (MalformedJson malformed) {
            throw Refusal.undecodable(malformed.what());
        }
    }

    // ---- Health of what is here

    private Found healthById(Query query) throws Refusal {
        String id = query.request().required("Bad request: Missing serviceID");
        Optional<Hosted> hosted = host(query).instance(id).filter(one -> one.instance().local());
        if (hosted.isPresent()) {
            Vet.readsService(query, hosted.get().instance().service());
        }
        if (hosted.isEmpty()) {
            return Found.of(
                    isText(query)
                            ? Reply.text(404, "ServiceId " + id + " not found")
                            : Reply.json(out -> out.writeNull()).status(404));
        }
        Host host = host(query);
        Status worst = worst(host, hosted.get());
        return Found.of(
                isText(query)
                        ? Reply.text(code(worst), worst.text())
                        : Reply.json(out -> putHealth(out, host, hosted.get()))
                                .status(code(worst)));
    }

    private Found healthByName(Query query) throws Refusal {
        String name = query.request().required("Bad request: Missing service Name");
        Vet.readsService(query, name);
        List<Hosted> found = new ArrayList<>(local(query));
        found.removeIf(hosted -> !hosted.instance().service().equals(name));
        if (found.isEmpty()) {
            return Found.of(
                    isText(query)
                            ? Reply.text(404, "ServiceName " + name + " Not Found")
                            : Answers.none().status(404));
        }
        Host host = host(query);
        Status worst = Status.PASSING;
        for (Hosted hosted : found) {
            Status status = worst(host, hosted);
            worst = status.compareTo(worst) > 0 ? status : worst;
        }
        int code = code(worst);
        if (isText(query)) {
            return Found.of(Reply.text(code, worst.text()));
        }
        return Found.of(
                Reply.json(
                                out -> {
                                    out.writeStartArray();
                                    for (Hosted hosted : found) {
                                        putHealth(out, host, hosted);
                                    }
                                    out.writeEndArray();
                                })
                        .status(code));
    }

    private static boolean isText(Query query) {
        return query.request().parameter("format").orElse("").equals("text")
                || query.request().header("Accept").orElse("").startsWith("text/plain");
    }

    private static int code(Status status) {
        return switch (status) {
            case PASSING -> 200;
            case WARNING -> 429;
            case CRITICAL -> 503;
        };
    }

    private static Status worst(Host host, Hosted hosted) {
        List<Check> all = new ArrayList<>(hosted.checks().values());
        all.addAll(host.checks().values());
        Status worst = Status.PASSING;
        for (Check check : all) {
            worst = check.status().compareTo(worst) > 0 ? check.status() : worst;
        }
        return worst;
    }

    private void putHealth(JsonGenerator out, Host host, Hosted hosted) throws IOException {
        out.writeStartObject();
        boolean maintained =
                hosted.checks()
                                .containsKey(
                                        AgentWrites.SERVICE_MAINTENANCE + hosted.instance().id())
                        || host.checks().containsKey(AgentWrites.NODE_MAINTENANCE);
        out.writeStringField(
                "AggregatedStatus", maintained ? "maintenance" : worst(host, hosted).text());
        out.writeFieldName("Service");
        put(out, hosted.instance());
        out.writeArrayFieldStart("Checks");
        for (Check check : hosted.checks().values()) {
            Forms.check(out, check);
        }
        out.writeEndArray();
        out.writeEndObject();
    }
}
