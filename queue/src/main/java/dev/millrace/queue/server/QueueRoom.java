package dev.millrace.queue.server;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.journal.SyncPolicy;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kernel.shard.ShardRoom;
import dev.millrace.kernel.shard.StateMachine;
import dev.millrace.kernel.transaction.Messages;
import dev.millrace.kernel.transaction.Participants;
import dev.millrace.queue.backlog.ChunkFolder;
import dev.millrace.queue.checkpoint.QueueMachine;
import dev.millrace.queue.store.Store;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The message queue: its state machine, its event loop, and the protocols on it. All of them run on
 * one loop, so that between them nothing needs to be arranged.
 */
public final class QueueRoom implements Room {
    private static final Setting<String> SYNC = ShardRoom.syncSetting("queue.sync");

    private static final Setting<Long> MEMORY =
            Setting.bytes(
                    "queue.memory-bytes",
                    32 << 20,
                    1 << 20,
                    1L << 40,
                    "memory for messages that wait; what is beyond lies in files");

    private static final long CHECKPOINT_SECONDS_MAX = 10;

    private final ShardRoom shards;
    private final List<QueueProtocol> protocols;
    private final List<ExecutorService> threads = new ArrayList<>();
    private @Nullable QueueMachine machine;
    private @Nullable QueueLoop loop;
    private Function<QueueLoop, Optional<Messages>> offer = serving -> Optional.empty();
    private Participants participants = new Participants();
    private Optional<Messages> offered = Optional.empty();

    /** It puts its state machine on the shard; start both together. */
    public QueueRoom(ShardRoom shards, List<QueueProtocol> protocols) {
        this.shards = shards;
        this.protocols = List.copyOf(protocols);
        shards.add(this::machine, QueueRoom::policy);
    }

    /**
     * Lets other rooms publish within their own records.
     *
     * @param messages made when all protocols listen
     */
    public QueueRoom takesPart(Participants among, Function<QueueLoop, Messages> messages) {
        participants = among;
        offer = serving -> Optional.of(messages.apply(serving));
        return this;
    }

    private static SyncPolicy policy(Settings settings) {
        return ShardRoom.policy(settings, SYNC, SyncPolicy.ALWAYS);
    }

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public List<Setting<?>> settings() {
        List<Setting<?>> all = new ArrayList<>(List.of(SYNC, MEMORY));
        protocols.forEach(protocol -> all.addAll(protocol.settings()));
        return all;
    }

    private StateMachine machine(RoomContext context) throws IOException {
        QueueMachine made =
                new QueueMachine(
                        new ChunkFolder(ShardRoom.bodies(context.data()).resolve(name())),
                        context.get(MEMORY));
        machine = made;
        return made;
    }

    @Override
    public void start(RoomContext context) throws BadSettings, IOException {
        Shard shard = shards.shard();
        QueueMachine state = machine;
        if (state == null) {
            throw new IllegalStateException("the shard starts first");
        }
        EventLoopGroup group = context.network().loops("queue", 1);
        SingleThreadEventLoop executor = (SingleThreadEventLoop) group.next();
        Store store =
                new Store(
                        state.lock(),
                        state.state(),
                        shard.journal(),
                        Clock.systemUTC(),
                        context.failStop());
        QueueLoop serving =
                new QueueLoop(
                        executor,
                        store,
                        policy(context.settings()) == SyncPolicy.ALWAYS,
                        context.log(),
                        context.failStop());
        loop = serving;
        state.serve(thread("queue-writer"), thread("queue-reader"), shard.journal()::end, serving);
        shard.journal().listen(serving);
        shards.checkpointWhenDue(executor);
        for (QueueProtocol protocol : protocols) {
            onLoop(serving, () -> protocol.restore(serving));
            protocol.listen(context, serving, group);
        }
        offered = offer.apply(serving);
        offered.ifPresent(participants::offer);
    }

    private ExecutorService thread(String name) {
        ExecutorService made =
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name(name).daemon(true).factory());
        threads.add(made);
        return made;
    }

    private static void onLoop(QueueLoop loop, Runnable task) {
        loop.executor().submit(task).syncUninterruptibly();
    }

    @Override
    public void settle() {
        QueueLoop serving = loop;
        if (serving != null) {
            protocols.forEach(protocol -> onLoop(serving, () -> serving.change(protocol::settle)));
        }
    }

    @Override
    public void stop() throws InterruptedException {
        offered.ifPresent(participants::withdraw);
        QueueLoop serving = loop;
        if (serving != null) {
            serving.stopAndWait();
            checkpointAtStop();
        }
        threads.forEach(ExecutorService::shutdown);
        for (ExecutorService thread : threads) {
            thread.awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    /** So that the next start has little to replay; it takes less than the replay would. */
    private void checkpointAtStop() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        if (shards.isCheckpointWorthReplay() && shards.checkpoint(whole -> ended.countDown())) {
            // If it takes longer, it is left unfinished, and the next start replays.
            boolean _ = ended.await(CHECKPOINT_SECONDS_MAX, TimeUnit.SECONDS);
        }
    }
}
