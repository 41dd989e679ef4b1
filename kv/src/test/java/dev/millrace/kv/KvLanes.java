package dev.millrace.kv;

import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.kv.checkpoint.KvMachine;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.config.Parameters;
import dev.millrace.kv.server.Commands;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.Lane;
import dev.millrace.kv.session.LaneLoop;
import dev.millrace.kv.store.Stripes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A store under test with several lanes, each on a thread of its own; without sockets. */
public final class KvLanes implements AutoCloseable {
    private static final int STRIPES = 8;

    private final Shard shard;
    private final KvServer server;
    private final List<Loop> loops = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();

    private KvLanes(int count, boolean strict) {
        try {
            KvMachine machine = new KvMachine(new Stripes(STRIPES));
            shard =
                    Shard.open(
                            new FakeDisk(),
                            new FakeDisk(),
                            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1),
                            List.of(machine),
                            Clock.systemUTC(),
                            new Random(1));
            server =
                    new KvServer(
                            machine.stripes(),
                            shard.journal(),
                            strict,
                            new CommandTable(Commands.all()),
                            Clock.systemUTC());
            Parameters.of(server).declare("enable-debug-command", "yes");
            shard.segments().prepareSpace();
            for (int i = 0; i < count; i++) {
                Loop loop = new Loop();
                loops.add(loop);
                lanes.add(loop.lane(server));
            }
            machine.serve(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static KvLanes open(int lanes) {
        return new KvLanes(lanes, false);
    }

    /** One whose replies and messages wait for the disk. */
    public static KvLanes strict(int lanes) {
        return new KvLanes(lanes, true);
    }

    public KvServer server() {
        return server;
    }

    public Shard shard() {
        return shard;
    }

    /** A new client of this lane. */
    public LaneClient client(int lane) {
        return LaneClient.connect(lanes.get(lane), loops.get(lane)::run);
    }

    /** Has every lane do what it does ten times a second. */
    public void tick() {
        for (int i = 0; i < lanes.size(); i++) {
            loops.get(i).run(lanes.get(i)::tick);
        }
    }

    /** Returns when every lane has done what was given to it before. */
    public void settle() {
        loops.forEach(loop -> loop.run(() -> {}));
    }

    /** Takes what went wrong; what nobody takes fails {@link #close}. */
    public List<Throwable> faults() {
        List<Throwable> taken = List.copyOf(faults);
        faults.clear();
        return taken;
    }

    @Override
    public void close() {
        if (!faults.isEmpty()) {
            throw new AssertionError(faults.getFirst());
        }
        try {
            for (int i = 0; i < lanes.size(); i++) {
                loops.get(i).run(lanes.get(i)::stop);
                loops.get(i).executor.shutdownNow();
                loops.get(i).executor.awaitTermination(10, TimeUnit.SECONDS);
            }
            shard.journal().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A thread with a queue. */
    private final class Loop implements LaneLoop {
        private final ScheduledExecutorService executor =
                Executors.newSingleThreadScheduledExecutor();
        private final Thread thread;

        Loop() {
            Thread[] found = new Thread[1];
            run(() -> found[0] = Thread.currentThread());
            thread = found[0];
        }

        @Override
        public void fault(Throwable cause) {
            faults.add(cause);
        }

        @Override
        public FailStop.Stopped failStop(String what, Throwable cause) {
            return new FailStop.Stopped(what, cause);
        }

        Lane lane(KvServer server) {
            Lane[] made = new Lane[1];
            run(() -> made[0] = new Lane(server, this));
            return made[0];
        }

        /** Runs there and waits for it. */
        void run(Runnable task) {
            CountDownLatch done = new CountDownLatch(1);
            executor.execute(
                    () -> {
                        try {
                            task.run();
                        } finally {
                            done.countDown();
                        }
                    });
            try {
                if (!done.await(20, TimeUnit.SECONDS)) {
                    throw new AssertionError("the loop hangs");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public boolean isCurrent() {
            return Thread.currentThread() == thread;
        }

        @Override
        public void execute(Runnable task) {
            executor.execute(task);
        }

        @Override
        public void afterTurn(Runnable task) {
            executor.execute(task);
        }

        @Override
        public void schedule(Runnable task, long delayMillis) {
            executor.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        }
    }
}
