package dev.millrace.registry.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A registry in memory: what a test says is known. */
final class KnownNames implements Names {
    private final Map<String, List<Instance>> services = new ConcurrentHashMap<>();
    private final Map<String, List<Instance>> passing = new ConcurrentHashMap<>();
    private final Map<String, Long> versions = new ConcurrentHashMap<>();
    private final Map<String, Node> nodes = new ConcurrentHashMap<>();
    private final Map<String, Found> queries = new ConcurrentHashMap<>();
    private final Map<InetAddress, String> nodesByAddress = new HashMap<>();
    private final Map<InetAddress, String> servicesByAddress = new HashMap<>();
    private final AtomicLong version = new AtomicLong(1);
    private long lookups;

    /** How often instances were asked for. */
    long lookups() {
        return lookups;
    }

    KnownNames service(String name, Instance... instances) {
        services.put(name.toLowerCase(Locale.ROOT), List.of(instances));
        versions.merge(name.toLowerCase(Locale.ROOT), 1L, Long::sum);
        version.incrementAndGet();
        return this;
    }

    /** What of a service has nothing but passing checks; else all of it. */
    KnownNames passing(String name, Instance... instances) {
        passing.put(name, List.of(instances));
        return this;
    }

    KnownNames node(String name, String address, Map<String, String> meta) {
        nodes.put(name.toLowerCase(Locale.ROOT), new Node(name, address, meta));
        version.incrementAndGet();
        return this;
    }

    KnownNames query(String name, Found found) {
        queries.put(name, found);
        version.incrementAndGet();
        return this;
    }

    KnownNames addressOfNode(String address, String node) throws Exception {
        nodesByAddress.put(InetAddress.getByName(address), node);
        return this;
    }

    KnownNames addressOfService(String address, String service) throws Exception {
        servicesByAddress.put(InetAddress.getByName(address), service);
        return this;
    }

    static Instance at(String node, String address, int port, String... tags) {
        return new Instance(node, address, "", port, 1, List.of(tags), Map.of());
    }

    static Instance elsewhere(String node, String address, String serviceAddress, int port) {
        return new Instance(node, address, serviceAddress, port, 1, List.of(), Map.of());
    }

    /** So many services, {@code s0} and so on, of so many instances each. */
    static KnownNames many(int services, int instances) {
        KnownNames names = new KnownNames();
        for (int i = 0; i < services; i++) {
            List<Instance> all = new ArrayList<>();
            for (int j = 0; j < instances; j++) {
                int host = i * instances + j;
                String address =
                        "10." + (host >> 16) + "." + (host >> 8 & 255) + "." + (host & 255);
                all.add(at("n" + host, address, 8_000 + j));
            }
            names.services.put("s" + i, List.copyOf(all));
            names.versions.put("s" + i, 1L);
        }
        return names;
    }

    @Override
    public long version() {
        return version.get();
    }

    @Override
    public long version(String service) {
        return versions.getOrDefault(service, 0L);
    }

    @Override
    public List<Instance> instances(String service, boolean onlyPassing) {
        lookups++;
        List<Instance> all = services.getOrDefault(service, List.of());
        return onlyPassing ? passing.getOrDefault(service, all) : all;
    }

    @Override
    public Optional<Node> node(String name) {
        return Optional.ofNullable(nodes.get(name));
    }

    @Override
    public Optional<String> nodeAt(InetAddress address) {
        return Optional.ofNullable(nodesByAddress.get(address));
    }

    @Override
    public Optional<String> serviceAt(InetAddress address) {
        return Optional.ofNullable(servicesByAddress.get(address));
    }

    @Override
    public Optional<Found> query(String nameOrId, InetAddress client) {
        return Optional.ofNullable(queries.get(nameOrId));
    }
}
