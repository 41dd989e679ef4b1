package dev.millrace.registry.agent;

import dev.millrace.registry.acl.Gate;
import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.catalog.ServiceEntry;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.GoDuration;
import dev.millrace.registry.dns.Names;
import dev.millrace.registry.query.BadQuery;
import dev.millrace.registry.query.Execution;
import dev.millrace.registry.query.PreparedQuery;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.State;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The catalog, as DNS asks for it: what is not allowed to be seen is not there. */
public final class CatalogNames implements Names {
    private final RegistryLoop loop;
    private final Gate gate;
    private final Agent agent;
    private final Addresses addresses = new Addresses();

    public CatalogNames(RegistryLoop loop, Gate gate, Agent agent) {
        this.loop = loop;
        this.gate = gate;
        this.agent = agent;
    }

    /** From now on it knows who has which address. On the loop. */
    public void start() {
        addresses.start(loop.visible());
        loop.observe(addresses);
    }

    /** Of who asks: a question bears no token. */
    private Rights rights(State state) {
        return gate.rights(state, "").orElse(Rights.NONE);
    }

    @Override
    public long version() {
        return loop.visible().index();
    }

    @Override
    public long version(String service) {
        State state = loop.visible();
        return Math.max(state.catalog().serviceIndex(service), state.acl().index());
    }

    @Override
    public List<Instance> instances(String service, boolean onlyPassing) {
        State state = loop.visible();
        Catalog catalog = state.catalog();
        Rights may = rights(state);
        Optional<ServiceEntry> entry = catalog.service(service);
        if (entry.isEmpty() || !may.readsService(entry.get().name())) {
            return List.of();
        }
        List<Instance> found = new ArrayList<>();
        for (InstanceKey key : entry.get().instances()) {
            Status status = catalog.status(key);
            if (status == Status.PASSING || status == Status.WARNING && !onlyPassing) {
                Host host = catalog.host(key);
                if (may.readsNode(host.node().name())) {
                    found.add(instance(catalog, host, key, status));
                }
            }
        }
        return found;
    }

    private static Instance instance(Catalog catalog, Host host, InstanceKey key, Status status) {
        var instance = catalog.hosted(key).instance();
        return new Instance(
                host.node().name(),
                host.node().address(),
                instance.address(),
                instance.port(),
                status == Status.PASSING
                        ? instance.weights().passing()
                        : instance.weights().warning(),
                instance.tags(),
                host.node().meta());
    }

    @Override
    public Optional<Node> node(String name) {
        State state = loop.visible();
        return state.catalog()
                .host(name)
                .map(Host::node)
                .filter(node -> rights(state).readsNode(node.name()))
                .map(node -> new Node(node.name(), node.address(), node.meta()));
    }

    @Override
    public Optional<String> nodeAt(InetAddress address) {
        return addresses.node(address).filter(rights(loop.visible())::readsNode);
    }

    @Override
    public Optional<String> serviceAt(InetAddress address) {
        return addresses.service(address).filter(rights(loop.visible())::readsService);
    }

    @Override
    public Optional<Found> query(String nameOrId, InetAddress client) {
        State state = loop.visible();
        Optional<PreparedQuery> resolved;
        try {
            resolved = state.queries().resolved(nameOrId);
        } catch (BadQuery unanswerable) {
            return Optional.empty();
        }
        return resolved.map(query -> run(state, query, client));
    }

    private Found run(State state, PreparedQuery query, InetAddress client) {
        Rights rights = gate.rights(state, query.token()).orElse(Rights.NONE);
        String near =
                switch (query.service().near()) {
                    case "_agent" -> agent.node();
                    case "_ip" -> addresses.node(client).orElse("");
                    default -> query.service().near();
                };
        Execution.Result result =
                new Execution(state, rights, agent.datacenter(), near, ThreadLocalRandom.current())
                        .run(query.service());
        List<Instance> instances = new ArrayList<>();
        for (InstanceKey key : result.instances()) {
            Catalog catalog = state.catalog();
            instances.add(instance(catalog, catalog.host(key), key, catalog.status(key)));
        }
        return new Found(result.service(), instances, ttl(query));
    }

    private static Optional<Duration> ttl(PreparedQuery query) {
        return GoDuration.parse(query.dnsTtl()) instanceof GoDuration.Is is
                ? Optional.of(is.duration())
                : Optional.empty();
    }
}
