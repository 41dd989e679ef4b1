package dev.millrace.kv.server;

import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.shard.StoredCheckpoint;
import dev.millrace.kv.rdb.CheckpointExport;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.OnlineSaves;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Dump files out of checkpoints: each takes a checkpoint of its own, and then writes the file out
 * of that one's, on the thread that wrote it (docs/decisions/online-save.md).
 *
 * <pre>
 * idle ── begin ──▶ waiting ── no other checkpoint runs ──▶ cut ── it is complete ──▶ writing ──▶ idle
 *                                                            └──── it is given up ────────────▶ idle
 * </pre>
 *
 * <p>Another checkpoint may be running that nobody asked for; its end is looked for ten times a
 * second.
 */
final class ShardSaves implements OnlineSaves {
    private static final int MILLIS_PER_SECOND = 1000;

    /** The newest checkpoint, if any effect is in one. */
    @FunctionalInterface
    interface Newest {
        Optional<StoredCheckpoint> open() throws IOException;
    }

    private final KvServer server;
    private final Newest newest;
    private final Path file;
    private final Log log;
    private final Clock clock;

    /** Used by the running save only. */
    private final CheckpointExport export = new CheckpointExport();

    // Guarded by this.
    private final ArrayDeque<Consumer<Boolean>> scheduled = new ArrayDeque<>();
    private Consumer<Boolean> ended = complete -> {};
    private boolean running;
    private boolean waiting;
    private long begunMillis;
    private long lastMillis;
    private long lastTookMillis = -MILLIS_PER_SECOND;
    private boolean lastEndedWell = true;
    private long saved;
    private long lastPosition = -1;

    /** {@link KvServer#changes} at the cut of the last good one; 0 at the start. */
    private long coveredChanges;

    ShardSaves(KvServer server, Newest newest, Path file, Log log) {
        this.server = server;
        this.newest = newest;
        this.file = file;
        this.log = log;
        this.clock = server.clock();
        this.lastMillis = clock.millis();
        server.eachTick(this::tick);
    }

    @Override
    public boolean begin(Consumer<Boolean> told) {
        synchronized (this) {
            if (running) {
                return false;
            }
            running = true;
            waiting = true;
            ended = told;
            begunMillis = clock.millis();
        }
        cut();
        return true;
    }

    @Override
    public synchronized void schedule(Consumer<Boolean> told) {
        scheduled.add(told);
    }

    private void tick() {
        Consumer<Boolean> next;
        synchronized (this) {
            next = running ? null : scheduled.poll();
        }
        if (next != null && !begin(next)) {
            schedule(next);
        }
        cut();
    }

    /** Takes the checkpoint, unless there is one that runs or none is wanted. */
    private void cut() {
        synchronized (this) {
            if (!waiting) {
                return;
            }
            waiting = false;
        }
        long changes = server.changes();
        boolean asked = false;
        try {
            boolean begun = server.checkpoints().begin(complete -> write(complete, changes));
            asked = true;
            if (!begun) {
                synchronized (this) {
                    waiting = true;
                }
            }
        } finally {
            if (!asked) {
                end(false, changes);
            }
        }
    }

    private void write(boolean complete, long changes) {
        boolean well = false;
        try {
            if (complete) {
                well = write();
            } else {
                log.error("save failed", "file", file, "failure", "its checkpoint was given up");
            }
        } finally {
            end(well, changes);
        }
    }

    private boolean write() {
        try {
            Optional<StoredCheckpoint> stored = newest.open();
            try {
                long keys = export.run(stored, file, clock.millis());
                position(stored.map(StoredCheckpoint::position).orElse(0L));
                log.info("saved", "file", file, "keys", keys);
                return true;
            } finally {
                if (stored.isPresent()) {
                    stored.get().close();
                }
            }
        } catch (IOException | RuntimeException failure) {
            log.error("save failed", "file", file, "failure", failure);
            return false;
        }
    }

    private synchronized void position(long shown) {
        lastPosition = shown;
    }

    private void end(boolean well, long changes) {
        Consumer<Boolean> told;
        synchronized (this) {
            long now = clock.millis();
            lastTookMillis = now - begunMillis;
            lastEndedWell = well;
            if (well) {
                lastMillis = now;
                coveredChanges = changes;
                saved++;
            }
            running = false;
            told = ended;
        }
        told.accept(well);
    }

    @Override
    public synchronized State state() {
        return new State(
                running,
                lastMillis,
                lastEndedWell,
                Math.floorDiv(lastTookMillis, MILLIS_PER_SECOND),
                running ? (clock.millis() - begunMillis) / MILLIS_PER_SECOND : -1,
                server.changes() - coveredChanges,
                saved,
                lastPosition,
                file);
    }
}
