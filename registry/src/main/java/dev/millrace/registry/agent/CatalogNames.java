package dev.millrace.registry.agent;

import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.catalog.ServiceEntry;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.dns.Names;
import dev.millrace.registry.server.RegistryLoop;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The catalog, as DNS asks for it. */
public final class CatalogNames implements Names {
    private final RegistryLoop loop;
    private final Addresses addresses = new Addresses();

    public CatalogNames(RegistryLoop loop) {
        this.loop = loop;
    }

    /** From now on it knows who has which address. On the loop. */
    public void start() {
        addresses.start(loop.visible());
        loop.observe(addresses);
    }

    private Catalog catalog() {
        return loop.visible().catalog();
    }

    @Override
    public long version() {
        return loop.visible().index();
    }

    @Override
    public long version(String service) {
        return catalog().serviceIndex(service);
    }

    @Override
    public List<Instance> instances(String service, boolean onlyPassing) {
        Catalog catalog = catalog();
        Optional<ServiceEntry> entry = catalog.service(service);
        if (entry.isEmpty()) {
            return List.of();
        }
        List<Instance> found = new ArrayList<>();
        for (InstanceKey key : entry.get().instances()) {
            Status status = catalog.status(key);
            if (status == Status.PASSING || status == Status.WARNING && !onlyPassing) {
                found.add(instance(catalog, key, status));
            }
        }
        return found;
    }

    private static Instance instance(Catalog catalog, InstanceKey key, Status status) {
        Host host = catalog.host(key);
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
        return catalog()
                .host(name)
                .map(Host::node)
                .map(node -> new Node(node.name(), node.address(), node.meta()));
    }

    @Override
    public Optional<String> nodeAt(InetAddress address) {
        return addresses.node(address);
    }

    @Override
    public Optional<String> serviceAt(InetAddress address) {
        return addresses.service(address);
    }

    @Override
    public Optional<Found> query(String nameOrId, InetAddress client) {
        return Optional.empty();
    }
}
