package dev.millrace.bench.kv;

import dev.millrace.bench.client.OpenLoop.Outcome;

import java.util.List;
import java.util.Optional;

/**
 * One measured open-loop round of one server.
 *
 * @param cpuMicros the server's, per request
 * @param clientBusy the generator's CPU time by wall time
 * @param extraMemoryPercent over that before the first checkpoint
 * @param checkpoints how many were begun
 */
record OpenRound(
        Outcome outcome,
        double cpuMicros,
        double clientBusy,
        double extraMemoryPercent,
        int checkpoints) {
    private static final double LAG_SHARE_MAX = 0.5;
    private static final double TAIL = 99.9;

    double latencyMicros(double percentile) {
        return outcome.latencyNanos().getValueAtPercentile(percentile) / 1e3;
    }

    double lagMicros(double percentile) {
        return outcome.lagNanos().getValueAtPercentile(percentile) / 1e3;
    }

    /** What a reader must know of one side's rounds before believing them. */
    static Optional<String> doubts(String side, List<OpenRound> rounds) {
        long errors = rounds.stream().mapToLong(round -> round.outcome().errors()).sum();
        long unanswered = rounds.stream().mapToLong(round -> round.outcome().unanswered()).sum();
        long late = rounds.stream().filter(OpenRound::late).count();
        if (errors + unanswered + late == 0) {
            return Optional.empty();
        }
        return Optional.of(
                "%s: %d errors, %d unanswered; in %d of %d rounds the generator's own lag is more than half of p99.9"
                        .formatted(side, errors, unanswered, late, rounds.size()));
    }

    private boolean late() {
        return lagMicros(TAIL) > LAG_SHARE_MAX * latencyMicros(TAIL);
    }
}
