package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.CorruptJournalException;
import dev.millrace.kernel.journal.Disk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordReader;
import dev.millrace.kernel.journal.SegmentJournal;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One journal and the state machines on it.
 *
 * <p>It starts from the newest checkpoint and replays the records behind it. A checkpoint is taken
 * while the machines serve: they are frozen for the moment in which the position of the cut is
 * read, and then give their state as it was there, piece by piece. When the checkpoint is durable
 * the journal forgets what stands before it.
 */
public final class Shard {
    private final Disk snapshots;
    private final List<StateMachine> machines;
    private final SegmentJournal journal;
    private final Clock clock;
    private final Started started;

    /** Kept from checkpoint to checkpoint; used by the running one only. */
    private final ArrayDeque<Checkpoint.Block> blocks = new ArrayDeque<>();

    // Guarded by this.
    private @Nullable Checkpoint running;
    private long coveredBytes;
    private long triedBytes;
    private long lastBytes;
    private long lastMillis;
    private boolean lastComplete = true;
    private String lastFailure = "";
    private long completed;
    private long givenUp;

    /** A machine's number is a byte. */
    private static final int MACHINES = 256;

    /** The position of the newest checkpoint, 0 if there is none. */
    private long covered;

    /** How many copies are under way. */
    private int holds;

    /**
     * What was found at the start.
     *
     * @param checkpoint the position of the checkpoint, 0 if there was none
     * @param records how many records were replayed behind it
     * @param last by machine, the position of the last of these that has something of it
     */
    public record Started(long checkpoint, long records, Map<Integer, Long> last) {
        /** Copies the map. */
        public Started {
            last = Map.copyOf(last);
        }

        /** No record behind this position has anything of a machine. */
        public long lastOf(int machine) {
            return last.getOrDefault(machine, checkpoint);
        }
    }

    private Shard(
            Disk snapshots,
            List<StateMachine> machines,
            SegmentJournal journal,
            Clock clock,
            Started started) {
        this.snapshots = snapshots;
        this.machines = machines;
        this.journal = journal;
        this.clock = clock;
        this.started = started;
        this.covered = started.checkpoint();
        this.lastMillis = clock.millis();
    }

    /**
     * Brings the machines to the state that the disks hold.
     *
     * @param machines of all rooms that wrote; {@link UnreadRooms} stands last for those left out
     * @param salts where the journal draws what no client can know
     * @throws CorruptJournalException if what is there cannot be trusted
     */
    public static Shard open(
            Disk journalDisk,
            Disk snapshots,
            SegmentJournal.Options options,
            List<StateMachine> machines,
            Clock clock,
            RandomGenerator salts)
            throws IOException {
        long covered = loadNewest(snapshots, machines);
        SegmentJournal journal =
                SegmentJournal.open(journalDisk, options, covered, clock.millis(), salts);
        if (journal.first() > covered + 1) {
            throw new CorruptJournalException(
                    journalDisk
                            + ": the journal starts at position "
                            + journal.first()
                            + " and the newest checkpoint ends at "
                            + covered
                            + ": what is between is missing. Restore a backup");
        }
        long[] records = {0};
        long[] last = new long[MACHINES];
        RecordReader reader = new RecordReader();
        journal.read(
                covered,
                (position, address, bytes) -> {
                    reader.reset(address, bytes);
                    while (reader.next()) {
                        machine(machines, reader.machine()).apply(reader.address(), reader.bytes());
                        last[reader.machine()] = position;
                    }
                    records[0]++;
                });
        Started started = new Started(covered, records[0], nonZero(last));
        return new Shard(snapshots, List.copyOf(machines), journal, clock, started);
    }

    private static Map<Integer, Long> nonZero(long[] positions) {
        Map<Integer, Long> found = new HashMap<>();
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] > 0) {
                found.put(i, positions[i]);
            }
        }
        return found;
    }

    private static long loadNewest(Disk snapshots, List<StateMachine> machines) throws IOException {
        long newest = CheckpointFile.newest(snapshots);
        if (newest > 0) {
            CheckpointFile.read(
                    snapshots,
                    CheckpointFile.name(newest),
                    (number, address, bytes) -> machine(machines, number).load(address, bytes));
            machines.forEach(StateMachine::loaded);
        }
        for (String name : snapshots.list()) {
            boolean older =
                    CheckpointFile.positionOf(name) >= 0
                            && CheckpointFile.positionOf(name) < newest;
            if (older || name.endsWith(CheckpointFile.UNFINISHED)) {
                snapshots.delete(name);
            }
        }
        return newest;
    }

    private static StateMachine machine(List<StateMachine> machines, int number) {
        for (StateMachine machine : machines) {
            if (machine.machine() == number || machine.machine() == UnreadRooms.ANY) {
                return machine;
            }
        }
        throw new CorruptJournalException(
                "state machine " + number + ": not in this process; start all rooms that wrote");
    }

    public Journal journal() {
        return journal;
    }

    /** The journal as what it is here, for its threads and for backups. */
    public SegmentJournal segments() {
        return journal;
    }

    public Started started() {
        return started;
    }

    // ---- Checkpoints

    /** Bytes appended since the last checkpoint's cut. */
    public synchronized long uncoveredBytes() {
        return journal.appendedBytes() - coveredBytes;
    }

    /** What decides whether it is time for a checkpoint. */
    synchronized CheckpointPace.Growth growth() {
        return new CheckpointPace.Growth(
                uncoveredBytes(),
                journal.appendedBytes() - triedBytes,
                lastBytes,
                clock.millis() - lastMillis,
                journal.isPushingBack());
    }

    /** State bytes of the last checkpoint. */
    public synchronized long lastCheckpointBytes() {
        return lastBytes;
    }

    /** When the last one was completed, or the process started; ms since 1970. */
    public synchronized long lastCheckpointMillis() {
        return lastMillis;
    }

    /** False if the last one was given up. */
    public synchronized boolean lastCheckpointComplete() {
        return lastComplete;
    }

    /** Why; empty if it was not. */
    public synchronized String lastCheckpointFailure() {
        return lastFailure;
    }

    /** How many were completed since the process started. */
    public synchronized long checkpointsCompleted() {
        return completed;
    }

    /** How many were given up since the process started. */
    public synchronized long checkpointsGivenUp() {
        return givenUp;
    }

    public synchronized boolean isCheckpointing() {
        return running != null;
    }

    /**
     * Makes the cut and hands the checkpoint to {@code writer}, which is to run it on another
     * thread.
     *
     * @param ended told afterwards whether it is complete
     * @return false if one is running already, or one that was given up has not come to its end
     */
    public boolean checkpoint(Consumer<Runnable> writer, Consumer<Boolean> ended) {
        Checkpoint checkpoint;
        machines.forEach(StateMachine::freeze);
        try {
            synchronized (this) {
                if (running != null || machines.stream().anyMatch(StateMachine::isCutting)) {
                    return false;
                }
                long position = journal.end();
                long appended = journal.appendedBytes();
                checkpoint =
                        new Checkpoint(
                                snapshots,
                                position,
                                clock.millis(),
                                machines.size(),
                                blocks,
                                () -> ended(position, appended, ended));
                running = checkpoint;
            }
            cut(checkpoint);
        } finally {
            machines.reversed().forEach(StateMachine::thaw);
        }
        boolean taken = false;
        try {
            writer.accept(
                    () -> {
                        // A checkpoint must not know more than the journal after a power cut.
                        journal.sync();
                        checkpoint.run();
                    });
            taken = true;
        } finally {
            if (!taken) {
                checkpoint.abandon("nobody writes it");
                forget(checkpoint);
            }
        }
        return true;
    }

    private void cut(Checkpoint checkpoint) {
        boolean begun = false;
        try {
            for (StateMachine machine : machines) {
                machine.cut(checkpoint);
            }
            begun = true;
        } finally {
            if (!begun) {
                forget(checkpoint);
            }
        }
    }

    private synchronized void forget(Checkpoint checkpoint) {
        assert running == checkpoint;
        running = null;
        givenUp++;
    }

    private void ended(long position, long appended, Consumer<Boolean> told) {
        boolean complete;
        synchronized (this) {
            Checkpoint checkpoint = running;
            complete = checkpoint != null && checkpoint.isComplete();
            lastComplete = complete;
            lastFailure = checkpoint == null ? "" : checkpoint.failure();
            if (complete && checkpoint != null) {
                coveredBytes = appended;
                lastBytes = checkpoint.bytes();
                lastMillis = clock.millis();
                covered = position;
                completed++;
            } else {
                givenUp++;
            }
            triedBytes = journal.appendedBytes();
            running = null;
        }
        if (complete) {
            forgetCovered();
        }
        told.accept(complete);
    }

    /** Lets go of what the newest checkpoint covers, unless somebody copies it. */
    private void forgetCovered() {
        long position;
        synchronized (this) {
            if (holds > 0) {
                return;
            }
            position = covered;
        }
        deleteOlder(position);
        journal.trim(position);
        machines.forEach(machine -> machine.forget(position));
    }

    /**
     * The newest checkpoint and every record behind it stay until this is closed; close it once.
     */
    final class Hold implements AutoCloseable {
        private final long position;

        private Hold(long position) {
            this.position = position;
        }

        /** The position of the checkpoint, 0 if there is none. */
        long position() {
            return position;
        }

        @Override
        public void close() {
            synchronized (Shard.this) {
                holds--;
            }
            forgetCovered();
        }
    }

    /** Keeps what a copy needs. */
    synchronized Hold hold() {
        holds++;
        return new Hold(covered);
    }

    Disk snapshots() {
        return snapshots;
    }

    /** Opens the newest whole checkpoint, if any effect is in one; from any thread. */
    public Optional<StoredCheckpoint> openNewest() throws IOException {
        try (Hold hold = hold()) {
            return hold.position() == 0
                    ? Optional.empty()
                    : Optional.of(
                            StoredCheckpoint.open(snapshots, CheckpointFile.name(hold.position())));
        }
    }

    private void deleteOlder(long position) {
        try {
            for (String name : snapshots.list()) {
                long other = CheckpointFile.positionOf(name);
                if (other >= 0 && other < position) {
                    snapshots.delete(name);
                }
            }
        } catch (IOException e) {
            // It is not in the way: the next start, or checkpoint, deletes it.
            return;
        }
    }
}
