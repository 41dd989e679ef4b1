package dev.millrace.bench.report;

import java.util.List;

/** One number per round, in the order of the rounds. */
public record Samples(List<Double> rounds) {
    /** Copies the rounds. */
    public Samples {
        rounds = List.copyOf(rounds);
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException("rounds: 0 (expected: >= 1)");
        }
    }

    /** Of an even count, the mean of the two in the middle. */
    public double median() {
        double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The smallest round. */
    public double least() {
        return rounds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** The largest round. */
    public double most() {
        return rounds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
