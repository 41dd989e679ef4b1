package dev.millrace.kernel.shard;

import dev.millrace.kernel.admin.AdminReply;
import dev.millrace.kernel.admin.AdminRequest;
import dev.millrace.kernel.admin.AdminRoute;
import dev.millrace.kernel.admin.AdminRoutes;
import dev.millrace.kernel.admin.Health;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.log.Log;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * {@code POST /backup?dir=DIR} makes a backup and answers when it is whole; {@code GET /backup}
 * says how far it is. One at a time.
 *
 * <pre>
 * 200  one line: what the backup holds          400  dir is missing, or no absolute path
 * 409  dir is not empty, or a backup is being   500  a file failed, or what is to be copied is
 *      made already                                  damaged
 * 503  the node starts or stops
 * </pre>
 */
final class BackupRoutes {
    private static final long LOOK_MILLIS = 20;

    private final ShardRoom room;
    private final Health health;
    private final Clock clock;
    private final Log log;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile String progress = "";

    BackupRoutes(ShardRoom room, Health health, Clock clock, Log log) {
        this.room = room;
        this.health = health;
        this.clock = clock;
        this.log = log;
    }

    void addTo(AdminRoutes routes) {
        routes.add(AdminRoute.post("/backup", this::make));
        routes.add(AdminRoute.get("/backup", request -> AdminReply.text(state())));
    }

    private String state() {
        return running.get() ? progress + "\n" : "no backup is being made\n";
    }

    private AdminReply make(AdminRequest request) throws IOException, InterruptedException {
        String dir = request.parameter("dir").orElse("");
        Path target;
        try {
            target = Path.of(dir).normalize();
        } catch (InvalidPathException bad) {
            return AdminReply.text(400, "dir: " + bad.getMessage() + "\n");
        }
        if (!target.isAbsolute() || target.getFileName() == null) {
            return AdminReply.text(400, "dir: " + dir + " (expected: an absolute path)\n");
        }
        String node = health.reasons().get(Health.NODE);
        if (node != null) {
            return AdminReply.text(503, "the node is " + node + ": no backup can be made\n");
        }
        if (!running.compareAndSet(false, true)) {
            return AdminReply.text(409, "a backup is being made already: " + progress + "\n");
        }
        try {
            return make(target);
        } catch (TargetTaken taken) {
            return AdminReply.text(409, taken.getMessage() + "\n");
        } catch (CorruptJournalException damaged) {
            log.error("backup failed", "dir", target, "failure", damaged);
            return AdminReply.text(500, damaged.getMessage() + "\n");
        } finally {
            running.set(false);
        }
    }

    private AdminReply make(Path target) throws IOException, InterruptedException {
        long before = System.nanoTime();
        progress = "checkpoint";
        Progress shown = (done, all) -> progress = done + " of " + all + " journal bytes";
        BackupNote note =
                new Backup(room.shard(), room.bodies())
                        .take(target, clock.millis(), this::checkpoint, shown);
        log.info(
                "backup",
                "dir",
                target,
                "end",
                note.end(),
                "ms",
                (System.nanoTime() - before) / 1_000_000);
        return AdminReply.text(
                target + ": checkpoint " + note.checkpoint() + ", journal to " + note.end() + "\n");
    }

    /** One that is running already does as well: the journal has what came after it. */
    private void checkpoint() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        if (room.checkpoint(complete -> ended.countDown())) {
            ended.await();
            return;
        }
        while (room.shard().isCheckpointing()) {
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
