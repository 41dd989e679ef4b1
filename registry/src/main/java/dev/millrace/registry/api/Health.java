package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.catalog.ServiceEntry;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.state.Topic;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** {@code /v1/health}: instances with their checks (Consul: Health HTTP API). */
final class Health {
    private final Agent agent;

    Health(Agent agent) {
        this.agent = agent;
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
        Topic topic = Topic.of(Topic.Kind.NODE, Catalog.fold(host.map(Health::name).orElse(name)));
        long index = host.map(Host::index).orElse(query.state().catalog().nodesIndex());
        return Found.of(index, topic, Answers.checks(query, checks));
    }

    private static String name(Host host) {
        return host.node().name();
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
        return Found.of(
                query.state().catalog().checksIndex(),
                Topic.of(Topic.Kind.CHECKS),
                Answers.checks(query, all));
    }

    private Found service(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String name = query.request().required("Missing service name");
        boolean passing = Selection.flag(query.request(), "passing");
        Catalog catalog = query.state().catalog();
        List<String> tags = query.request().all("tag");
        Predicate<InstanceKey> wanted =
                key -> {
                    Hosted hosted = catalog.hosted(key);
                    return tags.stream().allMatch(tag -> hosted.instance().hasTag(tag))
                            && (!passing || catalog.status(key) == Status.PASSING)
                            && Selection.hasMeta(query.request(), catalog.host(key).node())
                            && query.rights().readsNode(hosted.instance().node());
                };
        List<InstanceKey> found = new ArrayList<>();
        if (query.rights().readsService(name)) {
            instances(query, name).forEach(key -> add(key, wanted, found));
        }
        return Found.of(
                catalog.serviceIndex(name),
                Topic.of(Topic.Kind.SERVICE, Catalog.fold(name)),
                Answers.list(query, Answers.HEALTH, found, (out, key) -> put(out, catalog, key)));
    }

    private static void add(
            InstanceKey key, Predicate<InstanceKey> wanted, List<InstanceKey> found) {
        if (wanted.test(key)) {
            found.add(key);
        }
    }

    private void put(JsonGenerator out, Catalog catalog, InstanceKey key) throws IOException {
        Host host = catalog.host(key);
        Hosted hosted = catalog.hosted(key);
        out.writeStartObject();
        out.writeFieldName("Node");
        Forms.node(out, host.node(), agent);
        out.writeFieldName("Service");
        Forms.instance(out, hosted.instance());
        out.writeArrayFieldStart("Checks");
        for (Check check : host.checks().values()) {
            Forms.check(out, check);
        }
        for (Check check : hosted.checks().values()) {
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
                Reply.json(
                        out -> {
                            out.writeStartArray();
                            out.writeEndArray();
                        }));
    }
}
