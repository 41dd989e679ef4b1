package dev.millrace.bench.queue;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Turns;
import dev.millrace.bench.queue.OpenQueue.Latencies;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;

import java.io.IOException;
import java.util.List;

/**
 * How long a message takes from its publisher to a consumer, at half of what the slower side can do
 * in a closed loop of the same clients.
 */
record LatencyRow(String name, Sides sides, String sync, Target p99) implements Comparison {
    private static final int PAIRS = 8;
    private static final int BODY_BYTES = 100;
    private static final int BATCH = 100;
    private static final double SHARE_OF_PEAK = 0.5;

    @Override
    public String title() {
        return "open loop at half of the slower side's peak, %d B, %d producers and consumers, queue.sync=%s"
                .formatted(BODY_BYTES, PAIRS, sync);
    }

    @Override
    public boolean suits(Contestant subject) {
        return Sides.suit(subject);
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        Broker millrace = sides.millrace(bench, "queue.sync=" + sync);
        try (RunningBroker subject = new RunningBroker(millrace, bench.workspace());
                RunningBroker peer = new RunningBroker(sides.peer(), bench.workspace())) {
            double rate = SHARE_OF_PEAK * Math.min(peak(subject, bench), peak(peer, bench));
            OpenQueue load = new OpenQueue(PAIRS, BODY_BYTES);
            double warm = bench.effort().warmSeconds();
            Turns.alternate(1, subject, peer, broker -> load.run(broker, rate, warm));
            Turns<Latencies> turns =
                    Turns.alternate(
                            bench.effort().openRounds(),
                            subject,
                            peer,
                            broker -> load.run(broker, rate, bench.effort().openSeconds()));
            Target open = new Target.Open();
            return Row.measured(
                    name,
                    title(),
                    List.of(
                            turns.measure("p50", "µs", open, one -> one.latencyMicros(50)),
                            turns.measure("p99", "µs", p99, one -> one.latencyMicros(99)),
                            turns.measure("p99.9", "µs", open, one -> one.latencyMicros(99.9)),
                            turns.measure(
                                    "generator lag p99", "µs", open, one -> one.lagMicros(99)),
                            turns.measure(
                                    "CPU", "µs/message", open, Latencies::cpuMicrosPerMessage),
                            turns.measure("client busy", "%", open, Latencies::clientBusyPercent)),
                    List.of(
                            "%s; %.0f messages a second on both sides"
                                    .formatted(sides.peer().version(), rate)));
        }
    }

    private static double peak(RunningBroker broker, Bench bench)
            throws IOException, InterruptedException {
        return new WireLoad(PAIRS, BODY_BYTES, BATCH).warm(broker, bench.effort());
    }
}
