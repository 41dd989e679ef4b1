package dev.millrace.registry.api;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.catalog.ServiceEntry;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.state.Topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** {@code /v1/catalog}: nodes and services as they are registered (Consul: Catalog HTTP API). */
final class CatalogRoutes {
    private final Agent agent;
    private final Filters filters;

    CatalogRoutes(Agent agent) {
        this.agent = agent;
        this.filters = new Filters(agent);
    }

    List<Route> routes() {
        CatalogWrites writes = new CatalogWrites(agent);
        return List.of(
                Route.put("/v1/catalog/register", writes::register),
                Route.put("/v1/catalog/deregister", writes::deregister),
                Route.get("/v1/catalog/datacenters", this::datacenters),
                Route.get("/v1/catalog/nodes", this::nodes),
                Route.get("/v1/catalog/services", this::services),
                Route.get("/v1/catalog/service/", this::service),
                Route.get("/v1/catalog/connect/", this::connect),
                Route.get("/v1/catalog/node/", this::node),
                Route.get("/v1/catalog/node-services/", this::nodeServices));
    }

    private Found datacenters(Query query) {
        return Found.of(
                Reply.json(
                        out -> {
                            out.writeStartArray();
                            out.writeString(agent.datacenter());
                            out.writeEndArray();
                        }));
    }

    private Found nodes(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        Catalog catalog = query.state().catalog();
        List<Node> seen =
                catalog.hosts().values().stream()
                        .map(Host::node)
                        .filter(node -> query.rights().readsNode(node.name()))
                        .filter(node -> Selection.hasMeta(query.request(), node))
                        .toList();
        return Found.of(
                catalog.nodesIndex(),
                Topic.of(Topic.Kind.NODES),
                Answers.list(
                        Filters.apply(query.request(), filters.node(), seen),
                        (out, node) -> Forms.node(out, node, agent)));
    }

    private Found services(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        Catalog catalog = query.state().catalog();
        Map<String, Set<String>> tags = new TreeMap<>();
        for (ServiceEntry service : catalog.services().values()) {
            if (query.rights().readsService(service.name())) {
                gather(query, service, tags);
            }
        }
        return Selection.ofNodes(
                query,
                Found.of(
                        catalog.servicesIndex(),
                        Topic.of(Topic.Kind.SERVICES),
                        Reply.json(
                                out -> {
                                    out.writeStartObject();
                                    for (Map.Entry<String, Set<String>> each : tags.entrySet()) {
                                        Forms.texts(out, each.getKey(), each.getValue());
                                    }
                                    out.writeEndObject();
                                })));
    }

    private static void gather(Query query, ServiceEntry service, Map<String, Set<String>> tags) {
        Catalog catalog = query.state().catalog();
        for (InstanceKey key : service.instances()) {
            if (Selection.hasMeta(query.request(), catalog.host(key).node())) {
                tags.computeIfAbsent(service.name(), unknown -> new TreeSet<>())
                        .addAll(catalog.hosted(key).instance().tags());
            }
        }
    }

    private Found service(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        String name = query.request().required("Missing service name");
        Catalog catalog = query.state().catalog();
        List<String> tags = query.request().all("tag");
        List<Filters.Placed> found = new ArrayList<>();
        Optional<ServiceEntry> service =
                catalog.service(name).filter(there -> query.rights().readsService(name));
        if (service.isPresent()) {
            for (InstanceKey key : service.get().instances()) {
                Instance instance = catalog.hosted(key).instance();
                if (tags.stream().allMatch(instance::hasTag)
                        && Selection.hasMeta(query.request(), catalog.host(key).node())
                        && query.rights().readsNode(instance.node())) {
                    found.add(new Filters.Placed(catalog.host(key).node(), instance, List.of()));
                }
            }
        }
        return Found.of(
                catalog.serviceIndex(name),
                Topic.of(Topic.Kind.SERVICE, Catalog.fold(name)),
                Answers.list(
                        Filters.apply(query.request(), filters.serviceNode(), found),
                        (out, placed) ->
                                Forms.serviceNode(out, placed.node(), placed.instance(), agent)));
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

    private Found node(Query query) throws Refusal {
        return onNode(query, this::services);
    }

    private Found nodeServices(Query query) throws Refusal {
        return onNode(query, this::serviceList);
    }

    @FunctionalInterface
    private interface OnNode {
        Json.Writing of(Host host, List<Instance> instances);
    }

    private Found onNode(Query query, OnNode form) throws Refusal {
        Selection.here(query.request(), agent);
        String name = query.request().required("Missing node name");
        Optional<Host> host =
                Selection.host(query, name)
                        .filter(there -> query.rights().readsNode(there.node().name()));
        Topic topic = Selection.topic(host, name);
        if (host.isEmpty()) {
            return Found.of(
                    query.state().catalog().nodesIndex(),
                    topic,
                    Reply.json(out -> out.writeNull()));
        }
        List<Instance> seen =
                host.get().instances().values().stream()
                        .map(Hosted::instance)
                        .filter(instance -> query.rights().readsService(instance.service()))
                        .toList();
        List<Instance> some = Filters.apply(query.request(), Filters.INSTANCE, seen);
        return Found.of(host.get().index(), topic, Reply.json(form.of(host.get(), some)));
    }

    private Json.Writing services(Host host, List<Instance> instances) {
        return out -> {
            out.writeStartObject();
            out.writeFieldName("Node");
            Forms.node(out, host.node(), agent);
            out.writeObjectFieldStart("Services");
            for (Instance instance : instances) {
                out.writeFieldName(instance.id());
                Forms.instance(out, instance);
            }
            out.writeEndObject();
            out.writeEndObject();
        };
    }

    private Json.Writing serviceList(Host host, List<Instance> instances) {
        return out -> {
            out.writeStartObject();
            out.writeFieldName("Node");
            Forms.node(out, host.node(), agent);
            out.writeArrayFieldStart("Services");
            for (Instance instance : instances) {
                Forms.instance(out, instance);
            }
            out.writeEndArray();
            out.writeEndObject();
        };
    }
}
