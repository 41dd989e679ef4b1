package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.catalog.ServiceEntry;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.state.Topic;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code /v1/health}: instances with their checks (Consul: Health HTTP API). */
final class Health {
    private final Agent agent;
    private final Filters filters;

    Health(Agent agent) {
        this.agent = agent;
        this.filters = new Filters(agent);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/health/node/", this::node),
                Route.get("/v1/health/checks/", this::checks),
                Route.get("/v1/health/state/", this::state),
                Route.get("/v1/health/service/", this::service),
                Route.get("/v1/health/connect/", this::connect));
    }

    private Found node(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String name = query.request().required("Missing node name");
        Optional<Host> host = Selection.host(query, name);
        List<Check> checks =
                host.map(Host::allChecks).orElse(List.of()).stream()
                        .filter(check -> isSeen(query, check))
                        .toList();
        Topic topic = Selection.topic(host, name);
        long index = host.map(Host::index).orElse(query.state().catalog().nodesIndex());
        return Found.of(index, topic, Answers.checks(query, checks));
    }

    private static boolean isSeen(Query query, Check check) {
        return query.rights().readsNode(check.node())
                && (check.isOfNode() || query.rights().readsService(check.serviceName()));
    }

    private Found checks(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String name = query.request().required("Missing service name");
        Catalog catalog = query.state().catalog();
        List<Check> all = new ArrayList<>();
        for (InstanceKey key : instances(query, name)) {
            if (Selection.hasMeta(query.request(), catalog.host(key).node())) {
                all.addAll(catalog.hosted(key).checks().values());
            }
        }
        all.removeIf(check -> !isSeen(query, check));
        return Found.of(
                catalog.serviceIndex(name),
                Topic.of(Topic.Kind.SERVICE, Catalog.fold(name)),
                Answers.checks(query, all));
    }

    private static Iterable<InstanceKey> instances(Query query, String service) {
        Optional<ServiceEntry> entry = query.state().catalog().service(service);
        return entry.isPresent() ? entry.get().instances() : List.of();
    }

    private Found state(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String wanted = query.request().required("Missing check state");
        List<Check> all = new ArrayList<>();
        for (Host host : query.state().catalog().hosts().values()) {
            if (Selection.hasMeta(query.request(), host.node())) {
                all.addAll(host.allChecks());
            }
        }
        all.removeIf(
                check ->
                        !isSeen(query, check)
                                || !wanted.equals("any") && !check.status().text().equals(wanted));
        return Selection.ofNodes(
                query,
                Found.of(
                        query.state().catalog().checksIndex(),
                        Topic.of(Topic.Kind.CHECKS),
                        Answers.checks(query, all)));
    }

    private Found service(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String name = query.request().required("Missing service name");
        Catalog catalog = query.state().catalog();
        List<Filters.Placed> found = new ArrayList<>();
        if (query.rights().readsService(name)) {
            boolean passing = Selection.flag(query.request(), "passing");
            for (InstanceKey key : instances(query, name)) {
                if (isWanted(query, key, passing)) {
                    found.add(placed(catalog, key));
                }
            }
        }
        return Found.of(
                catalog.serviceIndex(name),
                Topic.of(Topic.Kind.SERVICE, Catalog.fold(name)),
                Answers.list(Filters.apply(query.request(), filters.health(), found), this::put));
    }

    private static boolean isWanted(Query query, InstanceKey key, boolean passing) {
        Catalog catalog = query.state().catalog();
        Instance instance = catalog.hosted(key).instance();
        return query.request().all("tag").stream().allMatch(instance::hasTag)
                && (!passing || catalog.status(key) == Status.PASSING)
                && Selection.hasMeta(query.request(), catalog.host(key).node())
                && query.rights().readsNode(instance.node());
    }

    static Filters.Placed placed(Catalog catalog, InstanceKey key) {
        Host host = catalog.host(key);
        Hosted hosted = catalog.hosted(key);
        List<Check> checks = new ArrayList<>(host.checks().values());
        checks.addAll(hosted.checks().values());
        return new Filters.Placed(host.node(), hosted.instance(), checks);
    }

    private void put(JsonGenerator out, Filters.Placed placed) throws IOException {
        put(out, placed, agent);
    }

    /** An instance with its node and all checks that count for it (CheckServiceNode). */
    static void put(JsonGenerator out, Filters.Placed placed, Agent agent) throws IOException {
        out.writeStartObject();
        out.writeFieldName("Node");
        Forms.node(out, placed.node(), agent);
        out.writeFieldName("Service");
        Forms.instance(out, placed.instance());
        out.writeArrayFieldStart("Checks");
        for (Check check : placed.checks()) {
            Forms.check(out, check);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    /** There is no mesh here, and so nobody in it. */
    private Found connect(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String name = query.request().required("Missing service name");
        return Found.of(
                query.state().catalog().serviceIndex(name),
                Topic.of(Topic.Kind.SERVICE, Catalog.fold(name)),
                Answers.none());
    }
}
