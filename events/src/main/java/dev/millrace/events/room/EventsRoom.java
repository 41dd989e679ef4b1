package dev.millrace.events.room;

import dev.millrace.events.api.Services;
import dev.millrace.events.append.Appender;
import dev.millrace.events.checkpoint.EventsMachine;
import dev.millrace.events.grpc.GrpcServer;
import dev.millrace.events.log.EventLog;
import dev.millrace.events.operator.EventsRoutes;
import dev.millrace.events.server.EventsLoop;
import dev.millrace.events.store.Store;
import dev.millrace.events.subscription.Subscriptions;
import dev.millrace.events.transaction.EventStreams;
import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.guard.GuardPolicy;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.SyncPolicy;
import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kernel.shard.StateMachine;
import dev.millrace.kernel.transaction.Participants;
import dev.millrace.kernel.transaction.Streams;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The event store: its state machine, its event loop, and KurrentDB's services on it. */
public final class EventsRoom implements Room {
    private static final Setting<String> SYNC = ShardRoom.syncSetting("events.sync");

    private static final Setting<Integer> PORT =
            Setting.port("events.grpc.port", 2113, "KurrentDB gRPC");

    private static final Setting<Boolean> TLS =
            Setting.flag("events.grpc.tls", false, "TLS on the gRPC port");

    private static final Setting<Long> MEMORY =
            Setting.bytes(
                    "events.memory-bytes",
                    32 << 20,
                    8 << 20,
                    1L << 40,
                    "memory for the newest events, which lie in files too");

    private static final Setting<Boolean> PROJECTIONS =
            Setting.flag(
                    "events.projections",
                    true,
                    "derived streams: $ce-CATEGORY, $et-TYPE, $streams, $category-CATEGORY");

    private static final int READERS = 2;

    /** Between writes of what is made anew, so that others have the disk and a core as well. */
    private static final long COMPACTION_NANOS_PER_KIB = 7_600;

    /** And so often for so long, a MiB, while somebody reads files. */
    private static final int COMPACTION_WAITS_MAX = 20;

    private static final Duration COMPACTION_WAIT = Duration.ofMillis(50);

    private final ShardRoom shards;
    private final List<ExecutorService> threads = new ArrayList<>();
    private @Nullable EventsMachine machine;
    private @Nullable EventsLoop loop;
    private @Nullable ExecutorService compactor;

    private final Participants participants;
    private Optional<Streams> offered = Optional.empty();

    /**
     * It puts its state machine on the shard; start both together.
     *
     * @param participants where it offers what other rooms may append in their own records
     */
    public EventsRoom(ShardRoom shards, Participants participants) {
        this.shards = shards;
        this.participants = participants;
        shards.add(this::machine, EventsRoom::policy);
    }

    private static SyncPolicy policy(Settings settings) {
        return ShardRoom.policy(settings, SYNC, SyncPolicy.ALWAYS);
    }

    @Override
    public String name() {
        return "events";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(SYNC, PORT, TLS, MEMORY, PROJECTIONS);
    }

    private StateMachine machine(RoomContext context) throws IOException {
        EventsMachine made =
                new EventsMachine(
                        new FileDisk(ShardRoom.bodies(context.data()).resolve(name())),
                        context.get(MEMORY),
                        EventLog.SEGMENT_BYTES,
                        context.get(PROJECTIONS));
        machine = made;
        return made;
    }

    @Override
    public void start(RoomContext context) throws BadSettings, IOException {
        Shard shard = shards.shard();
        EventsMachine state = machine;
        if (state == null) {
            throw new IllegalStateException("the shard starts first");
        }
        EventLoopGroup group = context.network().loops("events", 1);
        SingleThreadEventLoop executor = (SingleThreadEventLoop) group.next();
        Store store =
                new Store(
                        state.lock(),
                        state.state(),
                        shard.journal(),
                        Clock.systemUTC(),
                        context.failStop());
        EventsLoop serving =
                new EventsLoop(
                        executor,
                        store,
                        policy(context.settings()) == SyncPolicy.ALWAYS,
                        context.log(),
                        context.failStop());
        loop = serving;
        ExecutorService compacting = threads("events-compactor", 1);
        compactor = compacting;
        state.serve(
                new EventLog.Workers(
                        threads("events-writer", 1),
                        threads("events-reader", READERS),
                        compacting,
                        EventsRoom::pace),
                serving);
        shard.journal().listen(serving);
        shards.checkpointWhenDue(executor);
        Appender appender = new Appender(store);
        Subscriptions subscriptions = subscriptions(serving, appender);
        EventsRoutes.add(context.routes(), serving);
        GrpcServer server =
                new GrpcServer(
                        Services.all(serving, appender, subscriptions),
                        Services.MESSAGE_BYTES_MAX,
                        context.log());
        context.network()
                .listen(
                        Endpoint.tcp("KurrentDB gRPC", PORT, GuardPolicy.patient())
                                .tls(context.get(TLS))
                                .agreeing("h2"),
                        group,
                        server::accept);
        Streams streams = new EventStreams(serving);
        participants.offer(streams);
        offered = Optional.of(streams);
    }

    /** On their loop from here on. */
    private static Subscriptions subscriptions(EventsLoop serving, Appender appender) {
        Subscriptions made = new Subscriptions(serving, appender);
        serving.soon(made::start);
        serving.executor()
                .scheduleAtFixedRate(
                        () -> tick(serving, made),
                        Subscriptions.TICK_MILLIS,
                        Subscriptions.TICK_MILLIS,
                        TimeUnit.MILLISECONDS);
        return made;
    }

    private static void tick(EventsLoop serving, Subscriptions subscriptions) {
        if (!subscriptions.isEmpty()) {
            serving.change(subscriptions::tick);
        }
    }

    /** 128 MiB a second at most; one, while others come first. */
    private static void pace(long bytes, BooleanSupplier waits) throws IOException {
        sleep(Duration.ofNanos(bytes * COMPACTION_NANOS_PER_KIB >> 10));
        for (int i = 0; i < COMPACTION_WAITS_MAX && waits.getAsBoolean(); i++) {
            sleep(COMPACTION_WAIT);
        }
    }

    private static void sleep(Duration time) throws IOException {
        try {
            Thread.sleep(time);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the process stops");
        }
    }

    private ExecutorService threads(String name, int count) {
        ExecutorService made =
                Executors.newFixedThreadPool(
                        count, Thread.ofPlatform().name(name).daemon(true).factory());
        threads.add(made);
        return made;
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        offered.ifPresent(participants::withdraw);
        EventsLoop serving = loop;
        if (serving != null) {
            serving.stopAndWait();
        }
        EventsMachine state = machine;
        if (state != null) {
            state.stopCompacting();
        }
        ExecutorService compacting = compactor;
        if (compacting != null) {
            compacting.shutdownNow();
        }
        threads.forEach(ExecutorService::shutdown);
        boolean ended = true;
        for (ExecutorService thread : threads) {
            ended &= thread.awaitTermination(5, TimeUnit.SECONDS);
        }
        if (state != null && ended) {
            // Whoever still reads would read what is no longer there; the process ends anyway.
            state.close();
        }
    }
}
