package dev.millrace.registry.agent;

import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.net.Listener;
import dev.millrace.kernel.net.Network;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Hosted;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.catalog.Weights;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.PutCheck;
import dev.millrace.registry.effect.PutInstance;
import dev.millrace.registry.effect.PutNode;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.State;

import io.netty.util.concurrent.Promise;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What this node registers of itself: the node, that it is alive, itself as the service {@code
 * consul} by which clients find servers, and each protocol that it listens for as a service, {@code
 * millrace-kv-resp} and the like. What it listened for before it was started anew and does not any
 * more is deregistered.
 */
public final class OwnServices {
    /** How the names of these services begin. */
    public static final String PREFIX = "millrace-";

    /** The service of Consul's servers, and the port that they have for each other. */
    private static final String SERVERS = "consul";

    private static final int SERVERS_PORT = 8_300;

    private static final String ALIVE = "serfHealth";
    private static final String OWN = "millrace";
    private static final long SEEN_MAX_SECONDS = 5;

    private final RegistryLoop loop;
    private final Agent agent;
    private final Network network;

    public OwnServices(RegistryLoop loop, Agent agent, Network network) {
        this.loop = loop;
        this.agent = agent;
        this.network = network;
    }

    /** Done before others can register here. */
    public void registerNode() {
        onLoop(this::node);
    }

    /** When everything listens. */
    public void registerServices() {
        onLoop(this::services);
    }

    /**
     * Waits until it is to be seen, but not for good: a disk that takes nothing is no reason not to
     * serve reads.
     */
    private void onLoop(RegistryLoop.Planning changes) {
        Promise<Void> seen = loop.executor().newPromise();
        loop.executor()
                .execute(
                        () -> {
                            loop.makeOrRetry(changes);
                            loop.whenDurable(() -> seen.setSuccess(null));
                        });
        boolean _ = seen.awaitUninterruptibly(SEEN_MAX_SECONDS, TimeUnit.SECONDS);
    }

    private List<Change> node(State state) {
        Optional<Host> host = state.catalog().host(agent.node());
        List<Change> changes = new ArrayList<>();
        Node node =
                new Node(
                        agent.id(),
                        agent.node(),
                        agent.address(),
                        Map.of(
                                "lan", agent.address(),
                                "lan_ipv4", agent.address(),
                                "wan", agent.address(),
                                "wan_ipv4", agent.address()),
                        Map.of("consul-network-segment", ""),
                        0,
                        0);
        if (host.isEmpty() || !host.get().node().isSame(node)) {
            changes.add(new PutNode(node));
        }
        if (host.isEmpty() || !host.get().checks().containsKey(ALIVE)) {
            changes.add(new PutCheck(alive()));
        }
        put(changes, host, servers());
        return changes;
    }

    private static void put(List<Change> changes, Optional<Host> host, Instance wanted) {
        Optional<Instance> there =
                host.flatMap(on -> on.instance(wanted.id())).map(Hosted::instance);
        if (there.isEmpty() || !there.get().isSame(wanted)) {
            changes.add(new PutInstance(wanted));
        }
    }

    /** It is the catalog's alone: Consul's agent does not list it. */
    private Instance servers() {
        return new Instance(
                agent.node(),
                SERVERS,
                SERVERS,
                "",
                List.of(),
                "",
                SERVERS_PORT,
                "",
                Map.of(),
                Map.of(),
                Weights.STANDARD,
                false,
                "",
                false,
                0,
                0);
    }

    /** As long as somebody answers for it. */
    private Check alive() {
        return new Check(
                agent.node(),
                ALIVE,
                "Serf Health Status",
                Status.PASSING,
                "",
                "Agent alive and reachable",
                "",
                "",
                List.of(),
                "",
                "",
                false,
                0,
                0);
    }

    private List<Change> services(State state) {
        Optional<Host> host = state.catalog().host(agent.node());
        List<Change> changes = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (Listener listener : network.listeners()) {
            if (listener.endpoint().place() instanceof Endpoint.Tcp tcp && listener.port() > 0) {
                Instance wanted = instance(tcp.key(), listener.port());
                ids.add(wanted.id());
                put(changes, host, wanted);
            }
        }
        host.ifPresent(
                on ->
                        on.instances().values().stream()
                                .map(Hosted::instance)
                                .filter(one -> isOwn(one) && !ids.contains(one.id()))
                                .forEach(
                                        one ->
                                                changes.add(
                                                        new DropInstance(one.node(), one.id()))));
        return changes;
    }

    private static boolean isOwn(Instance instance) {
        return instance.id().startsWith(PREFIX) && instance.meta().containsKey(OWN);
    }

    /** Of the setting that says where: {@code kv.resp.port} is {@code millrace-kv-resp}. */
    private Instance instance(String setting, int port) {
        String name = PREFIX + setting.replace(".port", "").replace('.', '-');
        String room = setting.substring(0, setting.indexOf('.'));
        return new Instance(
                agent.node(),
                name,
                name,
                "",
                List.of(room),
                "",
                port,
                "",
                Map.of(),
                Map.of(OWN, agent.version()),
                Weights.STANDARD,
                false,
                "",
                true,
                0,
                0);
    }
}
