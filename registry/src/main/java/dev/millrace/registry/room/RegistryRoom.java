package dev.millrace.registry.room;

import dev.millrace.kernel.Version;
import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.discovery.ServiceDirectory;
import dev.millrace.kernel.guard.GuardPolicy;
import dev.millrace.kernel.journal.SyncPolicy;
import dev.millrace.kernel.metrics.Metrics;
import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kernel.shard.StateMachine;
import dev.millrace.registry.acl.AclSettings;
import dev.millrace.registry.acl.Gate;
import dev.millrace.registry.acl.Resolver;
import dev.millrace.registry.acl.Token;
import dev.millrace.registry.acl.TokenTimers;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.agent.AgentChecks;
import dev.millrace.registry.agent.CatalogNames;
import dev.millrace.registry.agent.Discovery;
import dev.millrace.registry.agent.OwnServices;
import dev.millrace.registry.api.Api;
import dev.millrace.registry.check.CheckRunner;
import dev.millrace.registry.check.LoopSchedule;
import dev.millrace.registry.check.Reaper;
import dev.millrace.registry.check.probe.NetworkProbes;
import dev.millrace.registry.checkpoint.RegistryMachine;
import dev.millrace.registry.dns.DnsServer;
import dev.millrace.registry.dns.DnsSettings;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropInstance;
import dev.millrace.registry.effect.PutToken;
import dev.millrace.registry.http.HttpConnection;
import dev.millrace.registry.http.Inflow;
import dev.millrace.registry.http.Outflow;
import dev.millrace.registry.http.Routes;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.session.SessionTimers;
import dev.millrace.registry.state.State;
import dev.millrace.registry.store.Store;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The registry: its state machine, its event loop, the checks it runs, and Consul's HTTP API. */
public final class RegistryRoom implements Room {
    private static final Setting<String> SYNC = ShardRoom.syncSetting("registry.sync");

    private static final Setting<Integer> HTTP_PORT =
            Setting.port("registry.http.port", 8500, "Consul HTTP");

    private static final Setting<Boolean> TLS =
            Setting.flag("registry.http.tls", false, "TLS on the Consul HTTP port");

    private static final Setting<String> DATACENTER =
            Setting.text("registry.datacenter", "dc1", "the datacenter's name");

    private static final Setting<String> NODE =
            Setting.text("registry.node", "", "this node's name; none: the host's");

    private static final Setting<String> ADDRESS =
            Setting.text(
                    "registry.address",
                    "127.0.0.1",
                    "where others reach this node, as the catalog tells it");

    private static final Setting<Duration> OUTPUT_INTERVAL =
            Setting.duration(
                    "registry.check-update-interval",
                    Duration.ofMinutes(5),
                    "what a check says, though its status is the same, is told so often");

    private static final Setting<String> AUTHORITIES =
            Setting.text(
                    "registry.checks.ca-file",
                    "",
                    "PEM file of authorities that checks trust; none: the JDK's");

    private final ShardRoom shards;
    private final ServiceDirectory directory;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private @Nullable RegistryMachine machine;
    private @Nullable RegistryLoop loop;
    private Optional<DnsServer> dns = Optional.empty();

    /**
     * It puts its state machine on the shard; start both together.
     *
     * @param directory where it offers what other rooms look up
     */
    public RegistryRoom(ShardRoom shards, ServiceDirectory directory) {
        this.shards = shards;
        this.directory = directory;
        shards.add(this::machine, RegistryRoom::policy);
    }

    private static SyncPolicy policy(Settings settings) {
        return ShardRoom.policy(settings, SYNC, SyncPolicy.ALWAYS);
    }

    @Override
    public String name() {
        return "registry";
    }

    @Override
    public List<Setting<?>> settings() {
        List<Setting<?>> all =
                new ArrayList<>(
                        List.of(
                                SYNC,
                                HTTP_PORT,
                                TLS,
                                DATACENTER,
                                NODE,
                                ADDRESS,
                                OUTPUT_INTERVAL,
                                AUTHORITIES));
        all.addAll(DnsSettings.all());
        all.addAll(AclSettings.all());
        return all;
    }

    private StateMachine machine(RoomContext context) {
        RegistryMachine made = new RegistryMachine();
        machine = made;
        return made;
    }

    @Override
    public void start(RoomContext context) throws BadSettings, IOException {
        Shard shard = shards.shard();
        RegistryMachine state = machine;
        if (state == null) {
            throw new IllegalStateException("the shard starts first");
        }
        EventLoopGroup group = context.network().loops("registry", 1);
        SingleThreadEventLoop executor = (SingleThreadEventLoop) group.next();
        Store store = new Store(state, shard.journal(), Clock.systemUTC(), context.failStop());
        RegistryLoop serving =
                new RegistryLoop(
                        executor,
                        store,
                        policy(context.settings()) == SyncPolicy.ALWAYS,
                        context.log());
        loop = serving;
        shard.journal().listen(serving);
        shards.checkpointWhenDue(executor);
        serve(context, group, serving);
        directory.offer(new Discovery(serving));
    }

    private void serve(RoomContext context, EventLoopGroup group, RegistryLoop serving)
            throws BadSettings, IOException {
        SingleThreadEventLoop executor = serving.executor();
        Agent agent = agent(context, serving);
        AclSettings acl = AclSettings.of(context.settings());
        Gate gate = gate(acl, agent, serving);
        AgentChecks checks = new AgentChecks(serving);
        CheckRunner runner = runner(context, executor, checks);
        Reaper reaper = reaper(serving, checks);
        onLoop(serving, () -> checks.start(runner));
        onLoop(serving, reaper::start);
        SessionTimers timers = new SessionTimers(serving, new LoopSchedule(executor));
        running.push(timers);
        onLoop(serving, timers::start);
        TokenTimers tokens = new TokenTimers(serving, new LoopSchedule(executor));
        running.push(tokens);
        onLoop(serving, tokens::start);
        declareMetrics(context, serving, runner);
        Routes routes = Api.routes(agent, checks, timers, acl, gate, serving.store().clock());
        Inflow inflow = new Inflow();
        Outflow outflow = new Outflow();
        OwnServices own = new OwnServices(serving, agent, context.network());
        own.registerNode();
        context.network()
                .listen(
                        Endpoint.tcp("Consul HTTP", HTTP_PORT, GuardPolicy.patient())
                                .authenticated(acl.enabled() && !acl.allows())
                                .tls(context.get(TLS)),
                        group,
                        channel ->
                                HttpConnection.on(channel, serving, routes, gate, inflow, outflow));
        dns(context, serving, agent, gate).start();
        own.registerServices();
    }

    private static void declareMetrics(
            RoomContext context, RegistryLoop serving, CheckRunner runner) {
        Metrics metrics = context.metrics();
        metrics.gauge("registry.nodes", "nodes", () -> serving.visible().catalog().hosts().size());
        metrics.gauge(
                "registry.services",
                "services with instances",
                () -> serving.visible().catalog().services().size());
        metrics.gauge("registry.checks.run", "checks that this node runs", runner::size);
        metrics.gauge("registry.keys", "keys", () -> serving.visible().keys().entries().size());
        metrics.gauge(
                "registry.sessions", "sessions", () -> serving.visible().sessions().byId().size());
    }

    private static Agent agent(RoomContext context, RegistryLoop serving) {
        String wanted = context.get(NODE);
        String name = wanted.isEmpty() ? hostName() : wanted;
        String id =
                serving.visible()
                        .catalog()
                        .host(name)
                        .map(host -> host.node().id())
                        .filter(known -> !known.isEmpty())
                        .orElseGet(() -> UUID.randomUUID().toString());
        return new Agent(
                name,
                id,
                context.get(DATACENTER),
                context.get(DnsSettings.DOMAIN),
                context.get(ADDRESS),
                Version.ofPackageOf(RegistryRoom.class));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }

    private CheckRunner runner(RoomContext context, EventLoop executor, AgentChecks checks) {
        String authorities = context.get(AUTHORITIES);
        NetworkProbes probes =
                new NetworkProbes(
                        executor,
                        context.network().transport(),
                        authorities.isEmpty()
                                ? Optional.empty()
                                : Optional.of(Path.of(authorities)));
        CheckRunner runner =
                new CheckRunner(
                        new LoopSchedule(executor),
                        probes,
                        checks,
                        checks,
                        new SecureRandom(),
                        context.get(OUTPUT_INTERVAL));
        running.push(probes);
        running.push(runner);
        return runner;
    }

    private Reaper reaper(RegistryLoop serving, AgentChecks checks) {
        Reaper reaper =
                new Reaper(
                        new LoopSchedule(serving.executor()),
                        serving.store().clock(),
                        checks::critical,
                        (because, criticalFor) -> {
                            serving.log()
                                    .warn(
                                            "deregistered: a check was critical for too long",
                                            "node",
                                            because.key().node(),
                                            "service",
                                            because.service(),
                                            "check",
                                            because.key().id(),
                                            "for",
                                            criticalFor);
                            serving.makeOrRetry(
                                    now ->
                                            List.of(
                                                    new DropInstance(
                                                            because.key().node(),
                                                            because.service())));
                        });
        running.push(reaper);
        return reaper;
    }

    /** With the token that the operator has chosen, if it is not there yet. */
    private static Gate gate(AclSettings acl, Agent agent, RegistryLoop serving) {
        if (acl.enabled() && !acl.initialManagement().isEmpty()) {
            onLoop(serving, () -> serving.makeOrRetry(state -> initialToken(acl, state, serving)));
        }
        return new Gate(
                acl,
                new Resolver(
                        agent.datacenter(), acl.allows(), acl.standard(), serving.store().clock()));
    }

    private static List<Change> initialToken(AclSettings acl, State state, RegistryLoop serving) {
        if (state.acl().bySecret(acl.initialManagement()).isPresent()) {
            return List.of();
        }
        Token token =
                Token.management(
                        UUID.randomUUID().toString(),
                        acl.initialManagement(),
                        "Initial Management Token",
                        serving.nowMillis());
        return List.of(new PutToken(token, state.acl().bootstrapIndex() == 0));
    }

    private DnsServer dns(RoomContext context, RegistryLoop serving, Agent agent, Gate gate)
            throws BadSettings {
        CatalogNames names = new CatalogNames(serving, gate, agent);
        onLoop(serving, names::start);
        DnsServer server =
                new DnsServer(
                        names,
                        DnsSettings.of(context.settings(), agent.datacenter()),
                        context.log(),
                        context.metrics(),
                        context.network());
        dns = Optional.of(server);
        return server;
    }

    private static void onLoop(RegistryLoop serving, Runnable task) {
        serving.executor().submit(task).syncUninterruptibly();
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        RegistryLoop serving = loop;
        if (serving == null) {
            return;
        }
        directory.withdraw();
        dns.ifPresent(DnsServer::stop);
        onLoop(serving, this::close);
        serving.stopAndWait();
    }

    private void close() {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception failure) {
                throw new IllegalStateException("a part of the registry does not end", failure);
            }
        }
    }
}
