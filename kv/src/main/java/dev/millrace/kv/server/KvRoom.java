package dev.millrace.kv.server;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.guard.GuardPolicy;
import dev.millrace.kernel.journal.SyncPolicy;
import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.net.Listener;
import dev.millrace.kernel.net.Network;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kernel.shard.StateMachine;
import dev.millrace.kernel.transaction.Participants;
import dev.millrace.kv.acl.Users;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.cluster.Cluster;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.embedded.Block;
import dev.millrace.kv.info.Recent;
import dev.millrace.kv.replication.Feed;
import dev.millrace.kv.replication.Following;
import dev.millrace.kv.replication.PlannedEnd;
import dev.millrace.kv.script.Engine;
import dev.millrace.kv.session.Config;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.store.Stripes;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The Redis-compatible store: its listeners, its loops, and the state machine behind them. */
public final class KvRoom implements Room {
    /** {@code kv.resp.port}. */
    public static final Setting<Integer> PORT =
            Setting.port("kv.resp.port", 6379, "port for Redis clients");

    /** {@code kv.resp.unix}. */
    public static final Setting<String> UNIX =
            Setting.text("kv.resp.unix", "", "path of a Unix domain socket for Redis clients");

    private static final Setting<Boolean> TLS =
            Setting.flag("kv.resp.tls", false, "TLS on kv.resp.port, by net.tls.*");

    private static final Setting<String> PASSWORD =
            Setting.text("kv.requirepass", "", "password that Redis clients must give");

    private static final Setting<String> ACL_FILE =
            Setting.text("kv.acl.file", "", "file of users, which ACL LOAD reads, ACL SAVE writes");

    private static final Setting<String> ACL_USERS =
            Setting.text(
                    "kv.acl.users",
                    "",
                    "users, as in such a file but without the word user; a semicolon between two");

    private static final Setting<String> SYNC = ShardRoom.syncSetting("kv.sync");

    private static final Setting<String> SAVE_DIR =
            Setting.text(
                    "kv.save.dir", "", "where SAVE and BGSAVE write; default: the data directory");

    private static final Setting<String> SAVE_FILE =
            Setting.text("kv.save.file", "dump.rdb", "name of the file they write");

    private static final Setting<Long> LOOPS =
            Setting.count("kv.loops", 0, 0, 64, "event loops; 0: one for each two processors");

    private static final Setting<Long> STRIPES =
            Setting.count(
                    "kv.stripes",
                    0,
                    0,
                    64,
                    "parts of the keyspace, a power of two; 0: as it suits");

    private static final Setting<String> DEBUG =
            Setting.text(
                    "kv.debug", "no", "who may call DEBUG: no, local (clients of this host), yes");

    private static final Setting<Boolean> CLUSTER =
            Setting.flag(
                    "kv.cluster", false, "be a cluster of one node, for clients that want one");

    private static final Setting<String> MASTER_AUTH =
            Setting.text("kv.masterauth", "", "password for a Redis that is followed");

    private static final Setting<String> MASTER_USER =
            Setting.text("kv.masteruser", "", "user for a Redis that is followed");

    private static final int STRIPES_FOR_LOOPS = 64;

    private final ShardRoom shards;
    private final Participants participants;
    private final Consumer<SyncPolicy> policyChange;
    private @Nullable KvMachine machine;
    private @Nullable Housekeeping housekeeping;
    private @Nullable Runnable shutdown;
    private volatile @Nullable InProcessClients inProcess;
    private @Nullable Following following;
    private @Nullable PlannedEnd plannedEnd;
    private @Nullable Left leaveStream;

    /** What the next process is to know. */
    @FunctionalInterface
    private interface Left {
        void leave() throws IOException;
    }

    /**
     * It puts its state machine on the shard; start both together.
     *
     * @param participants the rooms in which its commands may change something, too
     */
    public KvRoom(ShardRoom shards, Participants participants) {
        this.shards = shards;
        this.participants = participants;
        policyChange = shards.add(this::machine, KvRoom::policy);
    }

    /** What SHUTDOWN begins; it must return. */
    public KvRoom onShutdown(Runnable begin) {
        shutdown = begin;
        return this;
    }

    private static SyncPolicy policy(Settings settings) {
        return ShardRoom.policy(settings, SYNC, SyncPolicy.EVERYSEC);
    }

    @Override
    public String name() {
        return "kv";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(
                PORT,
                UNIX,
                TLS,
                PASSWORD,
                ACL_FILE,
                ACL_USERS,
                SYNC,
                SAVE_DIR,
                SAVE_FILE,
                LOOPS,
                STRIPES,
                DEBUG,
                CLUSTER,
                MASTER_AUTH,
                MASTER_USER);
    }

    private StateMachine machine(RoomContext context) {
        KvMachine made = new KvMachine(new Stripes(stripes(context.settings())));
        machine = made;
        return made;
    }

    @Override
    public void start(RoomContext context) throws BadSettings, IOException {
        Shard shard = shards.shard();
        KvMachine store = machine;
        if (store == null) {
            throw new IllegalStateException("the shard starts first");
        }
        int loopCount = loops(context.settings());
        KvServer serving =
                new KvServer(
                        store.stripes(),
                        shard.journal(),
                        policy(context.settings()) == SyncPolicy.ALWAYS,
                        new CommandTable(Commands.all()),
                        Clock.systemUTC());
        serving.participants(participants);
        serving.transport(context.network().transport().name().toLowerCase(Locale.ROOT));
        setUsers(context, serving);
        serving.config().set(Config.Quantity.MAXCLIENTS, context.get(Guard.CONNECTIONS_MAX));
        Path dump = dump(context);
        serving.checkpoints(new ShardCheckpoints(shards));
        serving.saves(new ShardSaves(serving, shard::openNewest, dump, context.log()));
        serving.replay(
                new ShardReplay(shards, context.data().resolve("kv-replay"), Clock.systemUTC()));
        serving.shutdown(shutdown);
        Parameters.of(serving).declare("enable-debug-command", debug(context));
        Parameters.of(serving).declare("unixsocket", context.get(UNIX));
        declareDump(Parameters.of(serving), dump);
        new RunningPolicy(policy(context.settings()), serving, policyChange)
                .declare(Parameters.of(serving));
        Recent.of(serving);
        EventLoopGroup group = context.network().loops("kv", loopCount);
        Slices slices = new Slices(context.metrics());
        Map<EventLoop, KvLoop> loops = new HashMap<>();
        for (EventExecutor executor : group) {
            SingleThreadEventLoop loop = (SingleThreadEventLoop) executor;
            loops.put(loop, new KvLoop(loop, serving, context.log(), context.failStop(), slices));
        }
        store.serve(serving);
        Lane first = serving.lanes().getFirst();
        first.loop().execute(() -> Engine.start(first));
        inProcess = new InProcessClients(List.copyOf(loops.values()), shard.journal());
        Housekeeping keeping = new Housekeeping(serving, shards, loops.values());
        housekeeping = keeping;
        keeping.start();
        Feed stream = Feed.of(serving);
        serving.onCut(stream::cut);
        Path folder = context.data().resolve("kv");
        Files.createDirectories(folder);
        stream.resume(folder, shard.started().lastOf(store.machine()), shard.journal().end());
        leaveStream = () -> stream.leave(folder, shard.journal().end());
        boolean secret = !Users.of(serving).standard().isOpen();
        GuardPolicy guard =
                GuardPolicy.patient().refusing("-ERR max number of clients reached\r\n");
        Listener listener =
                context.network()
                        .listen(
                                Endpoint.tcp("Redis RESP", PORT, guard)
                                        .authenticated(secret)
                                        .tls(context.get(TLS)),
                                group,
                                channel -> accept(channel, loops, serving));
        new ListenAddress(context.network(), listener, context.get(Network.BIND), context.log())
                .declare(Parameters.of(serving));
        follow(context, serving, folder);
        if (!context.get(UNIX).isEmpty()) {
            context.network()
                    .listen(
                            Endpoint.unix("Redis RESP", UNIX, guard).authenticated(secret),
                            group,
                            channel -> accept(channel, loops, serving));
        }
    }

    /** What the server is to other servers: part of a cluster, a follower. */
    private void follow(RoomContext context, KvServer serving, Path folder) throws IOException {
        if (context.get(CLUSTER)) {
            serving.cluster(true);
            Parameters.of(serving).declare("cluster-enabled", "yes");
            Cluster.of(serving).nameIn(folder.resolve("cluster-node-id"));
        }
        Parameters.of(serving).declare("masterauth", context.get(MASTER_AUTH));
        Parameters.of(serving).declare("masteruser", context.get(MASTER_USER));
        Following made = Following.of(serving);
        following = made;
        made.start(context.log(), folder);
        plannedEnd = PlannedEnd.of(serving);
    }

    /**
     * Begins a block of changes that happen wholly or not at all, in every room that takes part.
     * From any thread, once the room is started.
     */
    public Block begin() {
        InProcessClients clients = inProcess;
        if (clients == null) {
            throw new IllegalStateException("the kv room is not started");
        }
        return new Block(clients::execute);
    }

    /** Who there is: as the password says, unless users are defined. */
    private static void setUsers(RoomContext context, KvServer serving) throws BadSettings {
        serving.config().requirepass(context.get(PASSWORD));
        Users users = Users.of(serving);
        users.requirePassword(context.get(PASSWORD));
        String file = context.get(ACL_FILE);
        String definitions = context.get(ACL_USERS);
        if (!file.isEmpty() && !definitions.isEmpty()) {
            throw BadSettings.of(ACL_USERS, definitions, "nothing, for kv.acl.file has the users");
        }
        try {
            if (!definitions.isEmpty()) {
                users.configure(definitions);
            }
        } catch (Users.BadUsers bad) {
            throw BadSettings.of(ACL_USERS, "(not shown)", String.valueOf(bad.getMessage()));
        }
        try {
            if (!file.isEmpty()) {
                users.useFile(file);
                Parameters.of(serving).declare("aclfile", file);
            }
        } catch (Users.BadUsers bad) {
            throw BadSettings.of(ACL_FILE, file, String.valueOf(bad.getMessage()));
        }
    }

    /** Who may call DEBUG, in the words of Redis's parameter. */
    private static String debug(RoomContext context) throws BadSettings {
        String who = context.get(DEBUG);
        if (!List.of("no", "local", "yes").contains(who)) {
            throw BadSettings.of(DEBUG, who, "no, local or yes");
        }
        return who;
    }

    /** The file that SAVE and BGSAVE write. */
    private static Path dump(RoomContext context) throws BadSettings {
        String name = context.get(SAVE_FILE);
        if (name.isEmpty() || name.contains("/")) {
            throw BadSettings.of(SAVE_FILE, name, "a file's name, without a directory");
        }
        String dir = context.get(SAVE_DIR);
        Path folder = dir.isEmpty() ? context.data() : Path.of(dir);
        return folder.toAbsolutePath().normalize().resolve(name);
    }

    /** What CONFIG GET answers of it. */
    private static void declareDump(Parameters parameters, Path dump) {
        parameters.declare("dir", String.valueOf(dump.getParent()));
        parameters.declare("dbfilename", String.valueOf(dump.getFileName()));
    }

    private static void accept(Channel channel, Map<EventLoop, KvLoop> loops, KvServer server) {
        KvLoop loop = loops.get(channel.eventLoop());
        if (loop == null) {
            throw new AssertionError("a channel on a foreign loop");
        }
        // The adaptive allocator makes an object for each copy into a buffer; this one does not.
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        // Only so that the end of what a client sends is told before the channel is closed.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(new RespChannel(loop, server.journal(), channel));
    }

    private static int loops(Settings settings) {
        long wanted = settings.get(LOOPS);
        return wanted > 0
                ? Math.toIntExact(wanted)
                : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }

    @Override
    public void handOver() throws InterruptedException {
        PlannedEnd planned = plannedEnd;
        if (planned != null) {
            planned.await();
        }
    }

    @Override
    public void settle() throws InterruptedException {
        Housekeeping keeping = housekeeping;
        if (keeping != null) {
            keeping.settle();
        }
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        Following followed = following;
        if (followed != null) {
            followed.end();
        }
        Housekeeping keeping = housekeeping;
        if (keeping != null) {
            keeping.stop();
        }
        InProcessClients clients = inProcess;
        if (clients != null) {
            clients.stop();
        }
        Left left = leaveStream;
        if (left != null) {
            left.leave();
        }
    }

    /** The number of stripes that suits these settings: one where a single loop needs no more. */
    static int stripes(Settings settings) {
        long wanted = settings.get(STRIPES);
        if (wanted > 0) {
            return Integer.highestOneBit(Math.toIntExact(wanted));
        }
        return loops(settings) == 1 ? 1 : STRIPES_FOR_LOOPS;
    }
}
