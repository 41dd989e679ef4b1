package dev.millrace.kernel.shard;

import dev.millrace.kernel.data.DataFolder;
import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Damage;
import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.Progress;
import dev.millrace.kernel.journal.StoredJournal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes a data directory of a backup, or of another data directory at rest, as it was at its end or
 * at an earlier time.
 *
 * <p>A time can be one between the checkpoint's and the journal's last; the journal's clock tells
 * it to 100 ms. Everything is checked before anything is written, and once more as it was written.
 * It is written into {@code DATA/restore.unfinished}; the journal gets its place first, because a
 * journal without its checkpoint is refused by a node, and a checkpoint without its journal is not.
 */
public final class Restore {
    private static final String LOCK = "lock";
    private static final String UNFINISHED = "restore.unfinished";

    private final Path source;
    private final Path target;
    private final Progress progress;

    /**
     * @param source a backup, or a data directory that no process has open
     * @param target a directory that is empty or absent
     */
    public Restore(Path source, Path target, Progress progress) {
        this.source = source;
        this.target = target;
        this.progress = progress;
    }

    /**
     * What was restored.
     *
     * @param checkpoint position of the checkpoint, 0 if there is none
     * @param end position of the last record
     * @param left how many positions behind it were left out, as later than was wished
     */
    public record Restored(long checkpoint, long end, long left) {}

    /** A time that the source does not reach back to. */
    public static final class TooEarly extends IOException {
        private static final long serialVersionUID = 1;

        TooEarly(String message) {
            super(message);
        }
    }

    /**
     * Restores everything, or everything up to a time.
     *
     * @param toMillis ms since 1970
     * @throws CorruptJournalException if the source is not as it was written
     * @throws TargetTaken if the target is not empty
     * @throws TooEarly if the time is before the source's checkpoint
     * @throws dev.millrace.kernel.data.DataInUse if a process has the source or the target open
     * @throws NoSuchFileException if the source is no backup and no data directory
     */
    public Restored run(OptionalLong toMillis) throws IOException {
        boolean data =
                Files.isDirectory(source.resolve(Folders.JOURNAL))
                        || Files.isDirectory(source.resolve(Folders.SNAPSHOT));
        if (!data) {
            throw new NoSuchFileException(
                    source + ": no backup (expected: a directory with journal/ and snapshot/)");
        }
        if (!Files.exists(source.resolve(LOCK))) {
            return intoOwned(toMillis);
        }
        try (DataFolder atRest = DataFolder.open(source)) {
            assert atRest.path().equals(source);
            return intoOwned(toMillis);
        }
    }

    private Restored intoOwned(OptionalLong toMillis) throws IOException {
        refuseTaken();
        try (DataFolder owned = DataFolder.open(target)) {
            refuseTaken();
            return restore(owned.path(), toMillis);
        }
    }

    private void refuseTaken() throws IOException {
        List<String> there = new ArrayList<>(Folders.list(target));
        there.remove(LOCK);
        if (!there.isEmpty()) {
            throw new TargetTaken(
                    target
                            + ": has "
                            + there.getFirst()
                            + " (expected: an empty directory, or none)");
        }
    }

    private Restored restore(Path data, OptionalLong toMillis) throws IOException {
        Disk snapshots = disk(source, Folders.SNAPSHOT);
        long covered = CheckpointFile.newest(snapshots);
        long createdMillis = 0;
        if (covered > 0) {
            createdMillis =
                    CheckpointFile.read(
                                    snapshots,
                                    CheckpointFile.name(covered),
                                    (machine, address, bytes) -> {})
                            .createdMillis();
        }
        try (StoredJournal journal = StoredJournal.open(disk(source, Folders.JOURNAL))) {
            checkWhole(journal, covered);
            long all = Math.max(journal.end(), covered);
            long end = all;
            if (toMillis.isPresent()) {
                refuseTooEarly(toMillis.getAsLong(), createdMillis, journal);
                end = Math.max(journal.endAt(toMillis.getAsLong(), covered), covered);
            }
            write(data, snapshots, journal, covered, end);
            return new Restored(covered, end, all - end);
        }
    }

    private static Disk disk(Path folder, String inner) throws IOException {
        return new FileDisk(folder.resolve(inner));
    }

    private void checkWhole(StoredJournal journal, long covered) throws IOException {
        Optional<Damage> damage = journal.damage();
        if (damage.isPresent()) {
            throw new CorruptJournalException(
                    damage.get().text()
                            + ". Take another backup, or cut this one with 'millrace repair --data "
                            + source
                            + "' and lose what stands behind");
        }
        boolean gap = journal.end() > covered && journal.first() > covered + 1;
        if (gap) {
            throw new CorruptJournalException(
                    source
                            + ": the journal starts at position "
                            + journal.first()
                            + " and the checkpoint ends at "
                            + covered
                            + ": what is between is missing");
        }
        Optional<BackupNote> note = BackupNote.read(source);
        if (note.isPresent()) {
            checkNote(note.get(), covered, Math.max(journal.end(), covered));
        }
    }

    private void checkNote(BackupNote note, long covered, long end) {
        if (note.checkpoint() != covered || note.end() != end) {
            throw new CorruptJournalException(
                    source
                            + ": checkpoint "
                            + covered
                            + ", journal to "
                            + end
                            + " (expected: checkpoint "
                            + note.checkpoint()
                            + ", journal to "
                            + note.end()
                            + ", as its file "
                            + BackupNote.FILE
                            + " says): something is missing");
        }
    }

    private void refuseTooEarly(long millis, long createdMillis, StoredJournal journal)
            throws TooEarly {
        if (millis >= createdMillis) {
            return;
        }
        long latest = Math.max(journal.lastMillis(), createdMillis);
        throw new TooEarly(
                "--to "
                        + Instant.ofEpochMilli(millis)
                        + ": "
                        + source
                        + " does not reach back so far (expected: from "
                        + Instant.ofEpochMilli(createdMillis)
                        + ", its checkpoint's time, to "
                        + Instant.ofEpochMilli(latest)
                        + ", its last record's)");
    }

    private void write(Path data, Disk snapshots, StoredJournal journal, long covered, long end)
            throws IOException {
        Path unfinished = data.resolve(UNFINISHED);
        Disk toJournal = disk(unfinished, Folders.JOURNAL);
        Disk toSnapshots = disk(unfinished, Folders.SNAPSHOT);
        journal.copy(toJournal, covered, end, progress);
        if (covered > 0) {
            CheckpointFile.copy(snapshots, CheckpointFile.name(covered), toSnapshots);
        }
        checkWritten(toJournal, toSnapshots, covered, end);
        Path bodies = unfinished.resolve(Folders.BODIES);
        Folders.copyBodies(source.resolve(Folders.BODIES), bodies);
        if (Files.exists(bodies)) {
            Folders.rename(bodies, data.resolve(Folders.BODIES));
        }
        for (String inner : List.of(Folders.JOURNAL, Folders.SNAPSHOT)) {
            Folders.sync(unfinished.resolve(inner));
            Folders.rename(unfinished.resolve(inner), data.resolve(inner));
        }
        Files.delete(unfinished);
        Folders.sync(data);
    }

    private static void checkWritten(Disk journal, Disk snapshots, long covered, long end)
            throws IOException {
        if (covered > 0) {
            CheckpointFile.read(
                    snapshots, CheckpointFile.name(covered), (machine, address, bytes) -> {});
        }
        try (StoredJournal written = StoredJournal.open(journal)) {
            long found = Math.max(written.end(), covered);
            if (written.damage().isPresent() || found != end) {
                throw new IOException(
                        journal + ": read back to position " + found + " (expected: " + end + ")");
            }
        }
    }
}
