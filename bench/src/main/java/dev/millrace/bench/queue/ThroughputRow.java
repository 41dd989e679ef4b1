package dev.millrace.bench.queue;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Turns;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Publishing and consuming, side by side.
 *
 * @param sync Millrace's {@code queue.sync}
 * @param cpu what is hoped for of the server's CPU time per message
 * @param throughput what is hoped for of messages per second
 */
record ThroughputRow(
        String name, Load load, Sides sides, String sync, Target cpu, Target throughput)
        implements Comparison {
    @Override
    public String title() {
        return load.title() + ", queue.sync=" + sync;
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
            Map<RunningBroker, Double> rates =
                    Map.of(
                            subject, load.warm(subject, bench.effort()),
                            peer, load.warm(peer, bench.effort()));
            Turns<Outcome> turns =
                    Turns.alternate(
                            bench.effort().rounds(),
                            subject,
                            peer,
                            broker -> load.run(broker, messages(bench, rates, broker)));
            Target open = new Target.Open();
            return Row.measured(
                    name,
                    title(),
                    List.of(
                            turns.measure("CPU", "µs/message", cpu, Outcome::cpuMicros),
                            turns.measure(
                                    "throughput",
                                    "k/s",
                                    throughput,
                                    outcome -> outcome.ratePerSecond() / 1e3),
                            turns.measure("client busy", "%", open, Outcome::clientBusyPercent)),
                    List.of(sides.peer().version()));
        }
    }

    /** Each side runs as long as the other. */
    private static long messages(
            Bench bench, Map<RunningBroker, Double> rates, RunningBroker broker) {
        return (long) (rates.getOrDefault(broker, 0.0) * bench.effort().roundSeconds());
    }
}
