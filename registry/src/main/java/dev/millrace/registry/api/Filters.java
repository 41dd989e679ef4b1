package dev.millrace.registry.api;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.catalog.ServiceAddress;
import dev.millrace.registry.catalog.Weights;
import dev.millrace.registry.filter.Fields;
import dev.millrace.registry.filter.Filter;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Request;

import java.util.Collection;
import java.util.List;

/** What {@code filter=} can select, of each kind of answer (Consul: Filtering). */
final class Filters {
    /** An instance with its node and its checks, as health and catalog list it. */
    record Placed(Node node, Instance instance, List<Check> checks) {}

    static final Fields<Check> CHECK =
            new Fields<Check>()
                    .text("CheckID", Check::id)
                    .text("Name", Check::name)
                    .text("Node", Check::node)
                    .text("Notes", Check::notes)
                    .text("Output", Check::output)
                    .text("ServiceID", Check::serviceId)
                    .text("ServiceName", Check::serviceName)
                    .texts("ServiceTags", Check::serviceTags)
                    .text("Status", check -> check.status().text())
                    .text("Type", Check::type);

    private static final Fields<ServiceAddress> ADDRESS =
            new Fields<ServiceAddress>()
                    .text("Address", ServiceAddress::address)
                    .whole("Port", ServiceAddress::port);

    private static final Fields<Weights> WEIGHTS =
            new Fields<Weights>()
                    .whole("Passing", Weights::passing)
                    .whole("Warning", Weights::warning);

    static final Fields<Instance> INSTANCE =
            new Fields<Instance>()
                    .text("Address", Instance::address)
                    .flag("EnableTagOverride", Instance::enableTagOverride)
                    .text("ID", Instance::id)
                    .text("Kind", Instance::kind)
                    .textMap("Meta", Instance::meta)
                    .whole("Port", Instance::port)
                    .text("Service", Instance::service)
                    .text("SocketPath", Instance::socketPath)
                    .groupMap("TaggedAddresses", Instance::taggedAddresses, ADDRESS)
                    .texts("Tags", Instance::tags)
                    .group("Weights", Instance::weights, WEIGHTS);

    private final Fields<Node> node;
    private final Fields<Placed> health;
    private final Fields<Placed> serviceNode;

    Filters(Agent agent) {
        node =
                new Fields<Node>()
                        .text("Address", Node::address)
                        .text("Datacenter", any -> agent.datacenter())
                        .text("ID", Node::id)
                        .textMap("Meta", Node::meta)
                        .text("Node", Node::name)
                        .textMap("TaggedAddresses", Node::taggedAddresses);
        health =
                new Fields<Placed>()
                        .groups("Checks", Placed::checks, CHECK)
                        .group("Node", Placed::node, node)
                        .group("Service", Placed::instance, INSTANCE);
        serviceNode =
                new Fields<Placed>()
                        .text("Address", placed -> placed.node().address())
                        .text("Datacenter", any -> agent.datacenter())
                        .text("ID", placed -> placed.node().id())
                        .text("Node", placed -> placed.node().name())
                        .textMap("NodeMeta", placed -> placed.node().meta())
                        .textMap("TaggedAddresses", placed -> placed.node().taggedAddresses())
                        .text("ServiceAddress", placed -> placed.instance().address())
                        .flag(
                                "ServiceEnableTagOverride",
                                placed -> placed.instance().enableTagOverride())
                        .text("ServiceID", placed -> placed.instance().id())
                        .text("ServiceKind", placed -> placed.instance().kind())
                        .textMap("ServiceMeta", placed -> placed.instance().meta())
                        .text("ServiceName", placed -> placed.instance().service())
                        .whole("ServicePort", placed -> placed.instance().port())
                        .text("ServiceSocketPath", placed -> placed.instance().socketPath())
                        .groupMap(
                                "ServiceTaggedAddresses",
                                placed -> placed.instance().taggedAddresses(),
                                ADDRESS)
                        .texts("ServiceTags", placed -> placed.instance().tags())
                        .group("ServiceWeights", placed -> placed.instance().weights(), WEIGHTS);
    }

    Fields<Node> node() {
        return node;
    }

    Fields<Placed> health() {
        return health;
    }

    Fields<Placed> serviceNode() {
        return serviceNode;
    }

    /**
     * Those that the request's filter lets through.
     *
     * @throws Refusal if it is not understood
     */
    static <T> List<T> apply(Request request, Fields<T> fields, Collection<T> values)
            throws Refusal {
        return switch (Filter.compile(request.parameter("filter").orElse(""), fields)) {
            case Filter.Usable<T> usable -> values.stream().filter(usable.predicate()).toList();
            case Filter.Unusable<T> unusable -> throw Refusal.bad(unusable.reason());
        };
    }
}
