package dev.millrace.registry.state;

import dev.millrace.kernel.MovedClock;
import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Checkpoints;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.registry.checkpoint.RegistryMachine;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.store.Store;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A registry on fake disks, without a loop, that can be killed and started again. */
public final class RegistryState {
    private static final SegmentJournal.Options SMALL = new SegmentJournal.Options(2 << 20, 3);

    private final FakeDisk journalDisk = new FakeDisk();
    private final FakeDisk snapshots = new FakeDisk();
    private final MovedClock clock = new MovedClock(1_000_000_000);
    private RegistryMachine machine = new RegistryMachine();
    private Shard shard = open();
    private Store store = store();

    private Shard open() {
        try {
            return Shard.open(
                    journalDisk,
                    snapshots,
                    SMALL,
                    List.of(machine),
                    Clock.systemUTC(),
                    new Random(1));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private Store store() {
        return new Store(
                machine,
                shard.journal(),
                clock,
                (what, cause) -> new FailStop.Stopped(what, cause));
    }

    State state() {
        return machine.state();
    }

    /** What a loop would be made of. */
    public Store opened() {
        return store;
    }

    /** Its time, which stands still until it is moved. */
    public MovedClock clock() {
        return clock;
    }

    /** Makes changes as one record; what they touched. */
    Set<Topic> make(Change... changes) {
        store.lock();
        try {
            long bytes = 0;
            for (Change change : changes) {
                bytes += store.bytes(change);
            }
            while (store.admit(bytes) != Journal.Admission.ADMITTED) {
                shard.segments().prepareSpace();
            }
            for (Change change : changes) {
                store.make(change);
            }
            store.commit();
            return store.takeTouched();
        } finally {
            store.unlock();
        }
    }

    /** Killed, and started again. */
    void restart() {
        machine = new RegistryMachine();
        shard = open();
        store = store();
    }

    /** Everything was synced to the journal before. */
    void powerCut(Random random) throws IOException {
        shard.journal().sync();
        journalDisk.powerCut(random);
        snapshots.powerCut(random);
        restart();
    }

    boolean checkpoint() throws InterruptedException {
        return Checkpoints.take(shard);
    }
}
