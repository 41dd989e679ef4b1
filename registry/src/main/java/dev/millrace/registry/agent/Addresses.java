package dev.millrace.registry.agent;

import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.InstanceKey;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.effect.AclChange;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropCheck;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.DropKey;
import dev.millrace.registry.effect.DropNode;
import dev.millrace.registry.effect.DropQuery;
import dev.millrace.registry.effect.DropSession;
import dev.millrace.registry.effect.DropTree;
import dev.millrace.registry.effect.FireEvent;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutKey;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.effect.PutQuery;
import dev.millrace.registry.effect.PutSession;
import dev.millrace.registry.effect.SetStatus;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.State;

import io.netty.util.NetUtil;

import org.pcollections.TreePMap;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who has which address, the other way round than the catalog has it: for PTR questions. Written on
 * the registry's loop, read by any thread.
 */
final class Addresses implements RegistryLoop.Observer {
    private final Side<String> nodes = new Side<>();
    private final Side<InstanceKey> services = new Side<>();

    /** One kind of owners: what each has, and under each address how often which name is there. */
    private static final class Side<K> {
        private record Owner(InetAddress address, String name) {}

        private final Map<K, Owner> owners = new HashMap<>();
        private final Map<InetAddress, TreePMap<String, Integer>> names = new ConcurrentHashMap<>();

        void put(K key, String address, String name) {
            InetAddress parsed = NetUtil.createInetAddressFromIpAddressString(address);
            if (parsed == null) {
                remove(key);
                return;
            }
            Owner owner = new Owner(parsed, name);
            if (!owner.equals(owners.get(key))) {
                remove(key);
                owners.put(key, owner);
                add(owner, 1);
            }
        }

        void remove(K key) {
            Owner before = owners.remove(key);
            if (before != null) {
                add(before, -1);
            }
        }

        // A null from compute's function removes the entry.
        private void add(Owner owner, int more) {
            names.compute(
                    owner.address,
                    (address, known) -> {
                        TreePMap<String, Integer> all = known == null ? TreePMap.empty() : known;
                        int count = all.getOrDefault(owner.name, 0) + more;
                        TreePMap<String, Integer> after =
                                count == 0 ? all.minus(owner.name) : all.plus(owner.name, count);
                        return after.isEmpty() ? null : after;
                    });
        }

        Optional<String> first(InetAddress address) {
            return Optional.ofNullable(names.get(address)).map(TreePMap::firstKey);
        }
    }

    /** With what is there. */
    void start(State state) {
        for (Host host : state.catalog().hosts().values()) {
            put(host.node());
            host.instances().values().stream().map(Hosted::instance).forEach(this::put);
        }
    }

    private void put(Node node) {
        nodes.put(Catalog.fold(node.name()), node.address(), node.name());
    }

    private void put(Instance instance) {
        services.put(
                new InstanceKey(Catalog.fold(instance.node()), instance.id()),
                instance.address(),
                instance.service());
    }

    Optional<String> node(InetAddress address) {
        return nodes.first(address);
    }

    Optional<String> service(InetAddress address) {
        return services.first(address);
    }

    @Override
    public void made(Change change, State after) {
        switch (change) {
            case PutNode put -> put(put.node());
            case PutInstance put -> put(put.instance());
            case DropInstance drop ->
                    services.remove(new InstanceKey(Catalog.fold(drop.node()), drop.id()));
            case DropNode drop -> removeNode(Catalog.fold(drop.node()));
            case PutCheck _,
                    DropCheck _,
                    SetStatus _,
                    PutKey _,
                    DropKey _,
                    DropTree _,
                    PutSession _,
                    DropSession _,
                    AclChange _,
                    PutQuery _,
                    DropQuery _,
                    FireEvent _ -> {}
        }
    }

    private void removeNode(String node) {
        nodes.remove(node);
        List<InstanceKey> on =
                services.owners.keySet().stream().filter(key -> key.node().equals(node)).toList();
        on.forEach(services::remove);
    }
}
