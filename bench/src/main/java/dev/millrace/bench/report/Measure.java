package dev.millrace.bench.report;

import dev.millrace.bench.report.Target.Verdict;

import java.util.stream.IntStream;

/**
 * One quantity on both sides.
 *
 * @param unit as printed, for example {@code µs/op}
 * @param subject the rounds of the server that the targets are about
 * @param peer the rounds of the server it is compared with
 */
public record Measure(String name, String unit, Target target, Samples subject, Samples peer) {
    /** Ratio of medians, subject : peer; NaN if the peer's median is zero. */
    public double ratio() {
        double divisor = peer.median();
        return divisor == 0 ? Double.NaN : subject.median() / divisor;
    }

    /** The least ratio of any one round to the peer's of the same round. */
    public double leastRatio() {
        return roundRatios().least();
    }

    /** The largest ratio of any one round to the peer's of the same round. */
    public double mostRatio() {
        return roundRatios().most();
    }

    /** Reached, missed, or nothing was hoped for. */
    public Verdict verdict() {
        return target.judge(subject.median(), ratio());
    }

    // Neighbours in time share the machine's mood: their ratio shows what the medians leave open.
    private Samples roundRatios() {
        int rounds = Math.min(subject.rounds().size(), peer.rounds().size());
        return new Samples(
                IntStream.range(0, rounds)
                        .mapToObj(round -> subject.rounds().get(round) / peer.rounds().get(round))
                        .toList());
    }
}
