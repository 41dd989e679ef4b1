package dev.millrace.kernel.journal;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The two threads of a journal: one prepares space, one syncs. */
public final class JournalThreads implements AutoCloseable {
    private static final long TICK_MILLIS = 1000;
    private static final int PAUSE_PERCENT = 25;

    private final Worker space;
    private final Worker sync;
    private final SegmentJournal journal;
    private final Gathering gathering = new Gathering(PAUSE_PERCENT);

    /**
     * Starts them.
     *
     * @param everySecond what was appended is synced once a second
     * @param watch runs once a second, and whenever space was prepared; it may wait for the disk
     */
    public static JournalThreads start(
            SegmentJournal journal, boolean everySecond, Runnable watch) {
        return new JournalThreads(journal, everySecond, watch);
    }

    private JournalThreads(SegmentJournal journal, boolean everySecond, Runnable watch) {
        this.journal = journal;
        space =
                new Worker(
                        "journal-space",
                        () -> {
                            journal.prepareSpace();
                            watch.run();
                        },
                        true);
        sync = new Worker("journal-sync", this::sync, everySecond);
        journal.attach(space::request, sync::request);
        space.start();
        sync.start();
        space.request();
    }

    /** From here on what was appended is synced once a second, or only when that is asked for. */
    public void everySecond(boolean wanted) {
        sync.ticks = wanted;
    }

    private void sync() {
        if (journal.durable() != journal.end()) {
            gather();
            // Whoever asked until now has appended before: this sync is for them as well.
            sync.forgetRequests();
            journal.sync();
        }
    }

    private void gather() {
        long pauseNanos = gathering.pauseNanos(journal.syncNanos());
        if (pauseNanos > 0) {
            long before = journal.end();
            LockSupport.parkNanos(pauseNanos);
            gathering.gained(journal.end() - before);
        }
    }

    @Override
    public void close() {
        space.stop();
        sync.stop();
    }

    private static final class Worker {
        private final Semaphore requests = new Semaphore(0);
        private final Thread thread;
        private volatile boolean stopped;
        private volatile boolean ticks;

        Worker(String name, Runnable work, boolean ticks) {
            this.ticks = ticks;
            this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(() -> run(work));
        }

        void start() {
            thread.start();
        }

        void request() {
            requests.release();
        }

        /** Only the work itself may call it. */
        void forgetRequests() {
            requests.drainPermits();
        }

        private void run(Runnable work) {
            while (!stopped) {
                try {
                    boolean asked = requests.tryAcquire(TICK_MILLIS, TimeUnit.MILLISECONDS);
                    requests.drainPermits();
                    if ((asked || ticks) && !stopped) {
                        work.run();
                    }
                } catch (InterruptedException e) {
                    return; // stop() interrupts
                }
            }
        }

        void stop() {
            stopped = true;
            request();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
