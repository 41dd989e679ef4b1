package dev.millrace.sim;

import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kernel.shard.Shard;
import dev.millrace.registry.checkpoint.RegistryMachine;
import dev.millrace.registry.server.RegistryLoop;
import dev.millrace.registry.state.State;
import dev.millrace.registry.store.Store;

import io.netty.channel.DefaultEventLoop;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A node of real kernel and real registry on fake disks: one life of a process. */
final class RegistrySimNode implements AutoCloseable {
    private static final SegmentJournal.Options OPTIONS =
            new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 2);

    private final RegistryMachine machine = new RegistryMachine();
    private final EndlessTurn thread = new EndlessTurn();
    private final Shard shard;
    private final RegistryLoop loop;

    /** A loop whose turn never ends: nobody syncs the journal but the simulation. */
    private static final class EndlessTurn extends DefaultEventLoop {
        @Override
        protected void afterRunningAllTasks() {
            // Not even when it shuts down.
        }
    }

    RegistrySimNode(FakeDisk journal, FakeDisk snapshots, SimClock clock, RandomGenerator salts)
            throws IOException {
        shard = Shard.open(journal, snapshots, OPTIONS, List.of(machine), clock, salts);
        Store store = new Store(machine, shard.journal(), clock, FailStop.Stopped::new);
        loop = new RegistryLoop(thread, store, true, Log.silent());
        shard.journal().listen(loop);
    }

    /** What anybody may see. */
    State visible() {
        return loop.visible();
    }

    /** Makes changes, as one record, and says what they came to; nobody sees it before a sync. */
    State make(RegistryLoop.Planning changes) {
        shard.segments().prepareSpace();
        onLoop(() -> loop.makeOrRetry(changes));
        return machine.state();
    }

    void sync() {
        shard.journal().sync();
        // One turn hears of it, what it does is shown in the next.
        for (int turn = 0; turn < 3; turn++) {
            onLoop(() -> {});
        }
    }

    void checkpoint() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        if (shard.checkpoint(
                writer -> Thread.ofPlatform().start(writer), complete -> ended.countDown())) {
            ended.await();
        }
    }

    private void onLoop(Runnable task) {
        thread.submit(task).syncUninterruptibly();
    }

    /** Its thread ends; what is on the disks stays as it is. */
    @Override
    public void close() {
        thread.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
