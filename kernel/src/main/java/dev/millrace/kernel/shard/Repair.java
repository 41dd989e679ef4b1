package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Damage;
import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.journal.FileDisk;
import dev.millrace.kernel.journal.NewerFormatException;
import dev.millrace.kernel.journal.StoredJournal;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a data directory start again whose files are damaged: the journal is cut at the damage, and
 * a damaged checkpoint is set aside where the journal still has everything it covers. What is taken
 * away is kept beside, in files that end in {@code .cut}. The process must own the directory.
 */
public final class Repair implements AutoCloseable {
    private static final String ASIDE = ".cut";

    private final Disk snapshots;
    private final StoredJournal journal;
    private final List<String> findings = new ArrayList<>();
    private final List<String> badCheckpoints = new ArrayList<>();
    private String incurable = "";

    private Repair(Disk snapshots, StoredJournal journal) {
        this.snapshots = snapshots;
        this.journal = journal;
    }

    /**
     * Looks, and changes nothing.
     *
     * @throws NoSuchFileException if it is no data directory
     * @throws NewerFormatException if it was written by a newer version
     */
    public static Repair examine(Path data) throws IOException {
        if (!Folders.list(data).contains(Folders.JOURNAL)) {
            throw new NoSuchFileException(
                    data + ": no data directory (expected: a directory with journal/)");
        }
        Repair repair =
                new Repair(
                        new FileDisk(data.resolve(Folders.SNAPSHOT)),
                        StoredJournal.openToRepair(new FileDisk(data.resolve(Folders.JOURNAL))));
        try {
            repair.look();
            return repair;
        } catch (IOException | RuntimeException failure) {
            repair.close();
            throw failure;
        }
    }

    private void look() throws IOException {
        long covered = lookAtCheckpoints();
        Optional<Damage> damage = journal.damage();
        if (damage.isPresent()) {
            findings.add(damage.get().text());
            findings.add(kept(covered));
        }
        boolean gap = journal.end() > covered && journal.first() > covered + 1;
        if (gap) {
            incurable =
                    "the journal starts at position "
                            + journal.first()
                            + " and the newest whole checkpoint ends at "
                            + covered
                            + ": what is between is missing. Restore a backup";
        }
    }

    /** Returns the position of the newest whole one, 0 if there is none. */
    private long lookAtCheckpoints() throws IOException {
        List<String> newestFirst =
                snapshots.list().stream()
                        .filter(name -> CheckpointFile.positionOf(name) > 0)
                        .sorted((a, b) -> b.compareTo(a))
                        .toList();
        for (String name : newestFirst) {
            try {
                return CheckpointFile.read(snapshots, name, (machine, address, bytes) -> {})
                        .position();
            } catch (NewerFormatException newer) {
                throw newer;
            } catch (CorruptJournalException damaged) {
                findings.add(String.valueOf(damaged.getMessage()));
                badCheckpoints.add(name);
            }
        }
        return 0;
    }

    private String kept(long covered) {
        long end = Math.max(journal.end(), covered);
        String until =
                journal.end() > covered && journal.lastMillis() > 0
                        ? ", up to about " + Instant.ofEpochMilli(journal.lastMillis())
                        : "";
        return "a cut keeps everything up to position " + end + until;
    }

    /** What is wrong, for the operator; empty if nothing is. */
    public List<String> findings() {
        return List.copyOf(findings);
    }

    /** Why it cannot be repaired; empty if it can. */
    public String incurable() {
        return incurable;
    }

    /**
     * Takes away what is damaged and what stands behind it.
     *
     * @return the files it is kept in
     */
    public List<String> cut() throws IOException {
        if (!incurable.isEmpty()) {
            throw new IllegalStateException(incurable);
        }
        List<String> saved = new ArrayList<>();
        for (String name : badCheckpoints) {
            snapshots.rename(name, name + ASIDE);
            saved.add(Folders.SNAPSHOT + "/" + name + ASIDE);
        }
        if (journal.damage().isPresent()) {
            journal.cut().forEach(name -> saved.add(Folders.JOURNAL + "/" + name));
        }
        return saved;
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
