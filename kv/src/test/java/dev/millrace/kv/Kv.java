package dev.millrace.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.kernel.MovedClock;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.collection.Parts;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.command.Notification;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.server.Commands;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.LaneLoop;
import dev.millrace.kv.session.Notifications;
import dev.millrace.kv.store.Stripes;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The whole store without sockets and threads: a lane over stripes and a journal in real files, and
 * a clock that only the test moves. One per test class:
 *
 * <pre>{@code
 * @RegisterExtension static final Kv kv = Kv.open();
 *
 * @Test
 * void incr_counts_from_zero() {
 *     assertEquals(":1", kv.call("INCR", "a"));
 * }
 * }</pre>
 *
 * <p>Before each test it is emptied. No command may log more than it has set space aside for. At
 * the end everything that was done is replayed from the journal into a fresh store, which must then
 * be the same: keys, values, encodings and expiries.
 *
 * <p>Arguments and replies are bytes as ISO-8859-1, so {@code "\u00ff"} is one byte; for the text
 * of a reply see {@link ReplyText}.
 */
public final class Kv implements BeforeEachCallback, AfterAllCallback, AutoCloseable {
    private static final SegmentJournal.Options SMALL =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1);

    /** More than one, so that a test meets keys on several. */
    private static final int STRIPES = 4;

    private static final long START_MILLIS = 1_700_000_000_000L;

    private final Path directory;
    private final int stripeCount;
    private final MovedClock clock;
    private final List<String> events = new ArrayList<>();
    private Node node;
    private KvClient client;
    private @Nullable Runnable checkpointWriter;
    private int checkpoints;

    /** What stops and starts. */
    private record Node(
            Shard shard,
            KvMachine machine,
            CheckedJournal journal,
            KvServer server,
            Lane lane,
            Turns turns) {}

    private Kv(int stripeCount, long nowMillis) {
        this.stripeCount = stripeCount;
        this.clock = new MovedClock(nowMillis);
        try {
            this.directory = Files.createTempDirectory("millrace-kv");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.node = start();
        this.client = client();
    }

    public static Kv open() {
        return new Kv(STRIPES, START_MILLIS);
    }

    /** With so many stripes, and a clock that stands at this time. */
    public static Kv open(int stripes, long nowMillis) {
        return new Kv(stripes, nowMillis);
    }

    // ---- Talking

    /** What the first client is answered. */
    public String call(String... arguments) {
        return client.call(arguments);
    }

    /** The client that {@link #call} uses. */
    public KvClient first() {
        return client;
    }

    /** Another client. */
    public KvClient client() {
        return new KvClient(node.lane, this::turn);
    }

    // ---- Looking

    public KvServer server() {
        return node.server;
    }

    public Lane lane() {
        return node.lane;
    }

    public Shard shard() {
        return node.shard;
    }

    public Stripes stripes() {
        return node.machine.stripes();
    }

    /** Everything there is, see {@link StoreState}. */
    public SortedMap<String, String> state() {
        return StoreState.of(stripes());
    }

    /**
     * Keyspace events since the last call, as {@code event key}, with {@code @database} behind if
     * it is not 0.
     */
    public List<String> events() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    // ---- Time

    public long nowMillis() {
        return clock.millis();
    }

    public void advance(long millis) {
        clock.advance(millis);
        node.turns.due(clock.millis());
        turn();
        node.lane.tick();
    }

    // ---- Space

    /** Has space run short in the journal when so many more wishes for some have been granted. */
    public void shortOfSpaceAfter(int admissions) {
        node.journal.admitOnly(admissions);
    }

    /** There is space again, and who waits for it is told. */
    public void spaceGained() {
        node.journal.admitOnly(Integer.MAX_VALUE);
        node.turns.execute(node.lane::unpark);
        turn();
    }

    // ---- Life

    /** Runs what the loop was given to run, and finds space for who waits for it. */
    private void turn() {
        do {
            node.shard.segments().prepareSpace();
        } while (checkpointWriter == null ? node.turns.run() : node.turns.runOne());
    }

    private Node start() {
        try {
            KvMachine machine = new KvMachine(new Stripes(stripeCount));
            Shard shard =
                    Shard.open(
                            new FileDisk(directory.resolve("journal")),
                            new FileDisk(directory.resolve("snapshot")),
                            SMALL,
                            List.of(machine),
                            clock,
                            new Random(1));
            CheckedJournal journal = new CheckedJournal(shard.journal());
            KvServer server =
                    new KvServer(
                            machine.stripes(),
                            journal,
                            false,
                            new CommandTable(Commands.all()),
                            clock);
            Parameters.of(server).declare("enable-debug-command", "yes");
            server.notifications(new Collected());
            Turns turns = new Turns(clock);
            Lane lane = new Lane(server, turns);
            machine.serve(server);
            shard.journal().listen(new Unparking(lane, turns));
            shard.segments().prepareSpace();
            return new Node(shard, machine, journal, server, lane, turns);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Begins a checkpoint, which goes on by one slice for every command, until {@link
     * #endCheckpoint}.
     */
    public void beginCheckpoint() {
        node.shard.checkpoint(
                writer -> checkpointWriter = writer, complete -> checkpoints += complete ? 1 : 0);
    }

    /** Lets it come to its end: a restart begins with it then. */
    public void endCheckpoint() {
        Runnable writer = Objects.requireNonNull(checkpointWriter);
        checkpointWriter = null;
        int before = checkpoints;
        turn();
        writer.run();
        turn();
        assertEquals(before + 1, checkpoints, "checkpoints completed");
    }

    /** Stops, and starts again from what is on disk, which must give the same state. */
    public void restart() {
        SortedMap<String, String> before = state();
        try {
            node.lane.stop();
            node.shard.journal().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        node = start();
        client = client();
        assertEquals(before, state(), "the journal's replay gives another state");
    }

    /** Empties it and forgets the clients: as new, but for the clock, which only goes forward. */
    public void reset() {
        client = client();
        client.call("FLUSHALL");
        for (int i = 0; i < stripes().count(); i++) {
            while (stripes().stripe(i).sweep(Integer.MAX_VALUE, Parts::freeSomeOf)) {
                // Housekeeping does it otherwise, a little at a time.
            }
        }
        events.clear();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        reset();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        restart();
        try {
            node.shard.journal().close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the lane wants to have run on its loop. */
    private static final class Turns implements LaneLoop {
        /** What is to run when a time has come, ms since 1970. */
        private record Timer(long atMillis, Runnable task) {}

        private final MovedClock clock;
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private final List<Timer> timers = new ArrayList<>();

        Turns(MovedClock clock) {
            this.clock = clock;
        }

        void due(long nowMillis) {
            for (Timer timer : List.copyOf(timers)) {
                if (timer.atMillis <= nowMillis) {
                    timers.remove(timer);
                    tasks.add(timer.task);
                }
            }
        }

        @Override
        public void schedule(Runnable task, long delayMillis) {
            timers.add(new Timer(clock.millis() + delayMillis, task));
        }

        boolean run() {
            boolean any = !tasks.isEmpty();
            while (!tasks.isEmpty()) {
                tasks.remove().run();
            }
            return any;
        }

        /** Runs the first; never says that there is more to run. */
        boolean runOne() {
            if (!tasks.isEmpty()) {
                tasks.remove().run();
            }
            return false;
        }

        @Override
        public void fault(Throwable cause) {
            throw new AssertionError(cause);
        }

        @Override
        public FailStop.Stopped failStop(String what, Throwable cause) {
            return new FailStop.Stopped(what, cause);
        }

        @Override
        public boolean isCurrent() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void afterTurn(Runnable task) {
            tasks.add(task);
        }
    }

    private record Unparking(Lane lane, Turns turns) implements Journal.Listener {
        @Override
        public void durabilityChanged() {}

        @Override
        public void spaceGained() {
            turns.execute(lane::unpark);
        }
    }

    private final class Collected implements Notifications {
        @Override
        public boolean wants(Notification kind) {
            return true;
        }

        @Override
        public void send(Lane lane, String event, int database, byte[] key, long position) {
            String name = new String(key, StandardCharsets.ISO_8859_1);
            events.add(event + " " + name + (database == 0 ? "" : "@" + database));
        }
    }
}
