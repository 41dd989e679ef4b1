package dev.millrace.kernel.shard;

import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.JournalThreads;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.journal.SyncPolicy;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.Room;
import dev.millrace.kernel.room.RoomContext;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The embedded default: one shard, in the data directory. It starts before the rooms whose state
 * machines it drives, and stops after them.
 */
public final class ShardRoom implements Room {
    /** What a room's own {@code sync} setting says when it leaves the choice to the journal's. */
    public static final String UNSET = "default";

    private static final List<String> POLICIES = List.of(UNSET, "os", "everysec", "always");

    private static final long LOOK_MILLIS = 200;

    private static final Setting<String> SYNC =
            Setting.choice(
                    "journal.sync",
                    UNSET,
                    POLICIES,
                    "sync policy of rooms that do not set their own");

    private static final Setting<Long> SEGMENT_BYTES =
            Setting.bytes(
                    "journal.segment-bytes",
                    16 << 20,
                    SegmentJournal.SEGMENT_BYTES_MIN,
                    1L << 32,
                    "size of one file of the journal");

    private static final Setting<Long> SPARES =
            Setting.count(
                    "journal.spares",
                    6,
                    1,
                    64,
                    "empty journal files kept ready while they fill quickly");

    private static final Setting<Long> CHECKPOINT_BYTES =
            Setting.bytes(
                    "journal.checkpoint-bytes",
                    512 << 20,
                    "journal bytes since the last checkpoint that make a new one due");

    private static final Setting<Long> CHECKPOINT_GROWTH =
            Setting.count(
                    "journal.checkpoint-growth-percent",
                    100,
                    0,
                    10_000,
                    "the same by what the last checkpoint had, in percent; the greater counts");

    private static final Setting<Long> CHECKPOINT_SECONDS =
            Setting.count(
                    "journal.checkpoint-seconds",
                    30,
                    0,
                    86_400,
                    "none is due sooner after the last one, unless the journal has "
                            + CheckpointPace.OVERGROWN
                            + " times the bytes that make one due, or the disk little room");

    private static final Setting<Long> LOW_WATER_BYTES =
            Setting.bytes(
                    "journal.low-water-bytes",
                    512 << 20,
                    "free disk space below which the log warns and writers are slowed, the more the"
                            + " less there is; 0: never");

    /** So much is replayed in a tenth of a second. */
    private static final long REPLAY_BYTES = 32 << 20;

    /** How a room's state machine is made, when the shard starts. */
    @FunctionalInterface
    public interface Made {
        StateMachine in(RoomContext context) throws IOException;
    }

    private record Member(
            Made machine, Function<Settings, SyncPolicy> policy, AtomicReference<SyncPolicy> now) {}

    private final List<Member> members = new ArrayList<>();
    private @Nullable Shard shard;
    private volatile @Nullable JournalThreads threads;
    private Path bodies = Path.of(Folders.BODIES);
    private Log log = Log.silent();
    private CheckpointPace pace = new CheckpointPace(0, 0, 0);

    /** A room's {@code sync} setting. */
    public static Setting<String> syncSetting(String key) {
        return Setting.choice(key, UNSET, POLICIES, "os, everysec, always; default: journal.sync");
    }

    /** What a room's setting means, where neither it nor the journal's says anything: standard. */
    public static SyncPolicy policy(Settings settings, Setting<String> own, SyncPolicy standard) {
        String name = settings.get(own);
        if (name.equals(UNSET)) {
            name = settings.get(SYNC);
        }
        return name.equals(UNSET) ? standard : SyncPolicy.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /**
     * Adds a state machine, which is made when the shard starts.
     *
     * @return to be told when the room's policy becomes another; from any thread
     */
    public Consumer<SyncPolicy> add(Made machine, Function<Settings, SyncPolicy> policy) {
        AtomicReference<SyncPolicy> now = new AtomicReference<>(SyncPolicy.ALWAYS);
        members.add(new Member(machine, policy, now));
        return other -> {
            now.set(other);
            JournalThreads running = threads;
            if (running != null) {
                running.everySecond(syncsEverySecond());
            }
        };
    }

    private boolean syncsEverySecond() {
        return members.stream().anyMatch(member -> member.now.get() != SyncPolicy.OS);
    }

    /** The directory that has the files which checkpoints list, one directory for each room. */
    public static Path bodies(Path data) {
        return data.resolve(Folders.BODIES);
    }

    Path bodies() {
        return bodies;
    }

    /**
     * Copies the newest checkpoint and the journal behind it to a directory that is empty or
     * absent: a backup of what they have now. Not on a loop.
     */
    public void copy(Path target, long nowMillis) throws IOException, InterruptedException {
        new Backup(shard(), bodies).take(target, nowMillis, () -> {}, Progress.UNSEEN);
    }

    /** The shard, once started. */
    public Shard shard() {
        Shard open = shard;
        if (open == null) {
            throw new IllegalStateException("the shard is not open");
        }
        return open;
    }

    @Override
    public String name() {
        return "journal";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(
                SYNC,
                SEGMENT_BYTES,
                SPARES,
                CHECKPOINT_BYTES,
                CHECKPOINT_GROWTH,
                CHECKPOINT_SECONDS,
                LOW_WATER_BYTES);
    }

    @Override
    public void start(RoomContext context) throws IOException {
        log = context.log();
        bodies = bodies(context.data());
        pace =
                new CheckpointPace(
                        context.get(CHECKPOINT_BYTES),
                        context.get(CHECKPOINT_GROWTH),
                        context.get(CHECKPOINT_SECONDS));
        refuseBackup(context.data());
        long before = System.nanoTime();
        List<StateMachine> machines = new ArrayList<>();
        for (Member member : members) {
            machines.add(member.machine.in(context));
        }
        Shard opened =
                Shard.open(
                        new FileDisk(context.data().resolve(Folders.JOURNAL)),
                        new FileDisk(context.data().resolve(Folders.SNAPSHOT)),
                        new SegmentJournal.Options(
                                context.get(SEGMENT_BYTES), Math.toIntExact(context.get(SPARES))),
                        machines,
                        Clock.systemUTC(),
                        new SecureRandom());
        shard = opened;
        members.forEach(member -> member.now.set(member.policy.apply(context.settings())));
        JournalWatch watch =
                new JournalWatch(
                        opened.segments(), context.get(LOW_WATER_BYTES), context.health(), log);
        opened.journal().listen(watch);
        threads = JournalThreads.start(opened.segments(), syncsEverySecond(), watch::look);
        JournalMetrics.declare(context.metrics(), opened, Clock.systemUTC());
        new BackupRoutes(this, context.health(), Clock.systemUTC(), log).addTo(context.routes());
        log.info(
                "recovered",
                "checkpoint",
                opened.started().checkpoint(),
                "records",
                opened.started().records(),
                "ms",
                (System.nanoTime() - before) / 1_000_000);
    }

    /** To serve from a backup would change it: it would be none any more. */
    private static void refuseBackup(Path data) throws IOException {
        if (Files.exists(data.resolve(BackupNote.FILE))) {
            throw new TargetTaken(
                    data
                            + ": a backup (expected: a data directory; 'millrace restore "
                            + data
                            + " --data DIR' makes one of it)");
        }
    }

    /** True if the journal has grown so much since the last checkpoint that it is time for one. */
    public boolean isCheckpointDue() {
        Shard open = shard();
        return !open.isCheckpointing() && pace.isDue(open.growth());
    }

    /**
     * True if replaying what no checkpoint covers would take longer than one takes: what a process
     * that stops may ask.
     */
    public boolean isCheckpointWorthReplay() {
        Shard open = shard();
        return open.uncoveredBytes() > Math.max(REPLAY_BYTES, open.lastCheckpointBytes());
    }

    /** From now on a loop looks whether it is time for a checkpoint, and begins it. */
    public void checkpointWhenDue(ScheduledExecutorService loop) {
        ScheduledFuture<?> _ =
                loop.scheduleAtFixedRate(
                        () -> {
                            if (isCheckpointDue()) {
                                checkpoint(complete -> {});
                            }
                        },
                        LOOK_MILLIS,
                        LOOK_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /** Begins a checkpoint, written by a thread of its own; false if one is running. */
    public boolean checkpoint(Consumer<Boolean> ended) {
        Shard open = shard();
        return open.checkpoint(
                ShardRoom::writeAside,
                complete -> {
                    if (complete) {
                        log.info("checkpoint", "bytes", open.lastCheckpointBytes());
                    } else {
                        log.warn("checkpoint given up", "why", open.lastCheckpointFailure());
                    }
                    ended.accept(complete);
                });
    }

    private static void writeAside(Runnable writer) {
        Thread.ofPlatform()
                .name("checkpoint")
                .daemon(true)
                .start(
                        () -> {
                            Niceness.background();
                            writer.run();
                        });
    }

    @Override
    public void stop() throws IOException {
        JournalThreads running = threads;
        if (running != null) {
            running.close();
        }
        Shard open = shard;
        if (open != null) {
            open.segments().close();
        }
    }
}
