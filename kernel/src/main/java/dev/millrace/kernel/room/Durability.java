package dev.millrace.kernel.room;

import dev.millrace.kernel.journal.Gathering;
import dev.millrace.kernel.journal.Journal;

import io.netty.channel.SingleThreadEventLoop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * When what a record tells of may be seen: at once, or when the medium has it. Then a sync is made
 * at the end of the loop's turn; by the loop itself while the disk is quick, else by the journal's
 * thread.
 *
 * <p>Where many wait for each other's syncs, a pause before the sync lets it be for all of them,
 * and the loop, which does not run meanwhile, finds what they send together and not one by one
 * (bench: {@code amqp-8x-100b-by1-always}). A pause takes no longer than the sync that it is for,
 * and is left out where nobody comes ({@link Gathering}). On the loop, but for {@link #changed}.
 *
 * <p>After a failed sync nothing more becomes durable, and nothing is synced again: who waits,
 * waits for good.
 */
public final class Durability {
    /** What holds something back until its record is durable. */
    @FunctionalInterface
    public interface Holder {
        /** Lets go of what is durable now; true if some is not. */
        boolean release();
    }

    private static final int PAUSE_PERCENT = 100;

    /** A mean over about so many syncs counts. */
    private static final int SYNCS_MEAN = 8;

    private final SingleThreadEventLoop loop;
    private final Journal journal;
    private final boolean waitsForDisk;
    private final Gathering gathering = new Gathering(PAUSE_PERCENT);
    private final List<Holder> waiting = new ArrayList<>();
    private boolean scheduled;
    private boolean pausing;

    /** What a sync by this loop takes. */
    private long syncNanos;

    /** How many things have waited. */
    private long held;

    /**
     * @param waitsForDisk whether anything is to wait until the medium has it
     */
    public Durability(SingleThreadEventLoop loop, Journal journal, boolean waitsForDisk) {
        this.loop = loop;
        this.journal = journal;
        this.waitsForDisk = waitsForDisk;
    }

    /** Whether anything waits until the medium has it; from any thread. */
    public boolean waitsForDisk() {
        return waitsForDisk;
    }

    /** True if what a record tells of may be seen; 0: of none. */
    public boolean has(long record) {
        return !waitsForDisk || record <= journal.durable();
    }

    /** One that holds nothing is about to: it is told when the medium has more. */
    public void await(Holder holder) {
        waiting.add(holder);
        syncSoon();
    }

    /** One more thing waits. */
    public void held() {
        held++;
    }

    private void syncSoon() {
        if (!scheduled && !pausing) {
            scheduled = true;
            loop.executeAfterEventLoopIteration(this::endOfTurn);
        }
    }

    private void endOfTurn() {
        scheduled = false;
        if (!journal.syncIsQuick()) {
            journal.requestSync();
            return;
        }
        long pauseNanos = gathering.pauseNanos(syncNanos);
        if (pauseNanos == 0) {
            sync();
            return;
        }
        pausing = true;
        long before = held;
        LockSupport.parkNanos(pauseNanos);
        // What has come meanwhile is read, and changes what it wants to, before the sync.
        loop.execute(() -> loop.executeAfterEventLoopIteration(() -> endPause(before)));
    }

    private void endPause(long before) {
        pausing = false;
        gathering.gained(held - before);
        sync();
    }

    private void sync() {
        long start = System.nanoTime();
        journal.sync();
        syncNanos += (System.nanoTime() - start - syncNanos) / SYNCS_MEAN;
        release();
    }

    private void release() {
        waiting.removeIf(holder -> !holder.release());
        if (!waiting.isEmpty() && journal.state() != Journal.State.FAILED) {
            syncSoon();
        }
    }

    /** The medium has more; any thread. */
    public void changed() {
        if (waitsForDisk && !loop.inEventLoop()) {
            loop.execute(this::release);
        }
    }
}
