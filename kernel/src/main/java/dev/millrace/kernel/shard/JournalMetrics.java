package dev.millrace.kernel.shard;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.metrics.Metrics;

import java.io.IOException;
import java.time.Clock;
import java.util.Locale;

/** What the journal and its checkpoints count. */
final class JournalMetrics {
    private JournalMetrics() {}

    static void declare(Metrics metrics, Shard shard, Clock clock) {
        SegmentJournal journal = shard.segments();
        metrics.counter(
                "journal.appended.bytes", "bytes of frames appended", journal::appendedBytes);
        metrics.gauge("journal.end", "position of the last record", journal::end);
        metrics.gauge(
                "journal.durable",
                "position up to which a power cut takes nothing",
                journal::durable);
        metrics.counter("journal.syncs", "syncs that had something to do", journal::syncs);
        metrics.gauge(
                "journal.sync.seconds",
                "what a sync takes, a mean over about the last eight",
                () -> journal.syncNanos() / 1e9);
        metrics.gauge("journal.segments", "files that hold records", journal::segmentCount);
        metrics.counter(
                "journal.pushed.back",
                "times a client that wrote was slowed, because there is little room",
                journal::pushedBack);
        metrics.gauge("journal.free.bytes", "room on its disk", () -> freeBytes(journal));
        for (Journal.State state : Journal.State.values()) {
            metrics.gauge(
                    "journal.state",
                    "1 for the state it is in",
                    () -> journal.state() == state ? 1 : 0,
                    "state",
                    state.name().toLowerCase(Locale.ROOT));
        }
        metrics.counter(
                "checkpoints",
                "checkpoints ended",
                shard::checkpointsCompleted,
                "result",
                "complete");
        metrics.counter(
                "checkpoints",
                "checkpoints ended",
                shard::checkpointsGivenUp,
                "result",
                "given_up");
        metrics.gauge(
                "checkpoint.age.seconds",
                "since the last complete checkpoint, or the start",
                () -> (clock.millis() - shard.lastCheckpointMillis()) / 1e3);
        metrics.gauge(
                "checkpoint.bytes",
                "state in the last complete checkpoint",
                shard::lastCheckpointBytes);
        metrics.gauge(
                "checkpoint.uncovered.bytes",
                "journal behind the last checkpoint",
                shard::uncoveredBytes);
    }

    private static double freeBytes(SegmentJournal journal) {
        try {
            return journal.freeBytes();
        } catch (IOException unknown) {
            return Double.NaN;
        }
    }
}
