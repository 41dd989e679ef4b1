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
 *   free space falls below the low water mark, or rises above it: a line in the log, a warning
 *                    beside the health
 * </pre>
 *
 * <p><b>Push-back.</b> Below the low water mark writers are slowed, each piece that a client sends
 * by the more the less room is left: by nothing at the mark, by {@link #PUSH_BACK_MILLIS_MAX} where
 * there is none. What is written then takes longer to fill the disk, so that an operator, or the
 * next checkpoint, can make room before writes are refused; a client that only reads notices
 * nothing. A full journal slows nobody: it refuses.
 */
final class JournalWatch implements Journal.Listener {
    /** The part's name in {@link Health}. */
    static final String PART = "journal";

    /** The most that one piece of a client's commands is slowed by. */
    static final long PUSH_BACK_MILLIS_MAX = 100;

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
        journal.pushBack(pushBackMillis(free));
        if (free < lowWaterBytes == low) {
            return;
        }
        low = !low;
        if (low) {
            health.warn(PART, "little room: writers are slowed");
            log.warn(
                    "little room for the journal: writers are slowed; make room, or writes will be"
                            + " refused",
                    "free_bytes",
                    free,
                    "low_water_bytes",
                    lowWaterBytes);
        } else {
            health.calm(PART);
            log.info("enough room for the journal again", "free_bytes", free);
        }
    }

    private long pushBackMillis(long free) {
        if (free >= lowWaterBytes) {
            return 0;
        }
        double missing = 1 - (double) Math.max(free, 0) / lowWaterBytes;
        return Math.round(Math.ceil(PUSH_BACK_MILLIS_MAX * missing));
    }
}
