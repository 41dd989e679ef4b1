package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Progress;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A copy of a shard, made while it serves: its newest checkpoint and the records behind it up to
 * some moment after the copy was begun. So it holds everything that was acknowledged before, and
 * perhaps more; never half a record, and nothing without what came before it.
 *
 * <pre>
 * DIR/backup                what it holds
 * DIR/snapshot/N.checkpoint
 * DIR/bodies/ROOM/...       files that the checkpoint lists, and perhaps more
 * DIR/journal/N.seg ...     cut behind the last record
 * </pre>
 *
 * <p>It is written as {@code DIR.unfinished}, made durable, and renamed last: a directory of its
 * final name is whole. What is copied is checked on the way, block by block and frame by frame; a
 * backup of damaged files fails, and says where.
 */
final class Backup {
    private static final String UNFINISHED = ".unfinished";

    private final Shard shard;
    private final Path bodies;

    /**
     * @param bodies the directory that has the rooms' files; it need not be there
     */
    Backup(Shard shard, Path bodies) {
        this.shard = shard;
        this.bodies = bodies;
    }

    /**
     * Copies to a directory that is empty or absent.
     *
     * @param checkpoint takes a checkpoint and returns when it is done or given up; if it is given
     *     up, the one before and a longer journal are as good
     */
    BackupNote take(Path target, long nowMillis, Checkpointing checkpoint, Progress progress)
            throws IOException, InterruptedException {
        if (!Folders.list(target).isEmpty()) {
            throw new TargetTaken(target + ": not empty (expected: an empty directory, or none)");
        }
        Path unfinished = target.resolveSibling(target.getFileName() + UNFINISHED);
        Folders.deleteUnfinished(unfinished);
        checkpoint.take();
        try (Shard.Hold hold = shard.hold()) {
            BackupNote note = copy(unfinished, hold.position(), nowMillis, progress);
            Folders.rename(unfinished, target);
            return note;
        } catch (IOException | RuntimeException failure) {
            deleteAfter(failure, unfinished);
            throw failure;
        }
    }

    /** Takes a checkpoint, and waits for it. */
    @FunctionalInterface
    interface Checkpointing {
        void take() throws InterruptedException;
    }

    private BackupNote copy(Path folder, long position, long nowMillis, Progress progress)
            throws IOException {
        FileDisk snapshots = new FileDisk(folder.resolve(Folders.SNAPSHOT));
        if (position > 0) {
            String name = CheckpointFile.name(position);
            CheckpointFile.read(shard.snapshots(), name, (machine, address, bytes) -> {});
            CheckpointFile.copy(shard.snapshots(), name, snapshots);
        }
        Folders.copyBodies(bodies, folder.resolve(Folders.BODIES));
        Path journal = folder.resolve(Folders.JOURNAL);
        long end = shard.segments().copy(new FileDisk(journal), position, progress);
        BackupNote note = new BackupNote(nowMillis, position, end);
        note.write(folder);
        Folders.sync(journal);
        Folders.sync(folder);
        return note;
    }

    private static void deleteAfter(Exception failure, Path unfinished) {
        try {
            Folders.deleteUnfinished(unfinished);
        } catch (IOException another) {
            failure.addSuppressed(another);
        }
    }
}
