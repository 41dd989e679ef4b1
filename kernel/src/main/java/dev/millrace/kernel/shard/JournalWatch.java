package dev.millrace.kernel.shard;

import dev.millrace.kernel.admin.Health;
import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.log.Log;

import java.io.IOException;

/**
 * Tells the operator what becomes of the journal: each change once.
 *
 * <pre>
 *   OPEN   → FULL     unready, an error in the log
 *   FULL   → OPEN     ready again
 *   any    → FAILED   unready for good, an error in the log
 *   free space falls below the low water mark, or rises above it: a line in the log
 * </pre>
 */
final class JournalWatch implements Journal.Listener {
    /** The part's name in {@link Health}. */
    static final String PART = "journal";

    private final SegmentJournal journal;
    private final long lowWaterBytes;
    private final Health health;
    private final Log log;

    // Guarded by this.
    private Journal.State told = Journal.State.OPEN;
    private boolean low;

    JournalWatch(SegmentJournal journal, long lowWaterBytes, Health health, Log log) {
        this.journal = journal;
        this.lowWaterBytes = lowWaterBytes;
        this.health = health;
        this.log = log;
    }

    @Override
    public void durabilityChanged() {
        if (journal.state() != Journal.State.OPEN) {
            lookAtState();
        }
    }

    @Override
    public void spaceGained() {
        lookAtState();
    }

    /** Looks at everything; now and then, on a thread that may wait for the disk. */
    void look() {
        lookAtState();
        lookAtSpace();
    }

    private synchronized void lookAtState() {
        Journal.State state = journal.state();
        if (state == told || told == Journal.State.FAILED) {
            return;
        }
        told = state;
        switch (state) {
            case OPEN -> {
                health.ready(PART);
                log.info("the journal has room again: writes are accepted");
            }
            case FULL -> {
                health.unready(PART, "full: " + journal.trouble() + "; writes are refused");
                log.error("the journal is full: writes are refused", "why", journal.trouble());
            }
            case FAILED -> {
                health.unready(
                        PART,
                        "failed: " + journal.trouble() + "; nothing is acknowledged any more");
                log.error(
                        "the journal has failed: nothing is acknowledged any more; look at the"
                                + " disk, then restart",
                        "why",
                        journal.trouble());
            }
        }
    }

    private synchronized void lookAtSpace() {
        long free;
        try {
            free = journal.freeBytes();
        } catch (IOException unknown) {
            return; // The next append or sync tells, if the disk is gone.
        }
        if (free < lowWaterBytes == low) {
            return;
        }
        low = !low;
        if (low) {
            log.warn(
                    "little room for the journal: make room, or writes will be refused",
                    "free_bytes",
                    free,
                    "low_water_bytes",
                    lowWaterBytes);
        } else {
            log.info("enough room for the journal again", "free_bytes", free);
        }
    }
}
