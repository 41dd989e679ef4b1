package dev.millrace.bench.queue;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Turns;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;

import java.io.IOException;
import java.util.List;

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
            double slower = Math.min(load.warm(subject, bench.effort()), load.warm(peer, bench.effort()));
            long messages = (long) (2 * slower * bench.effort().roundSeconds());
            Turns<Outcome> turns =
                    Turns.alternate(
                            bench.effort().rounds(),
                            subject,
                            peer,
                            broker -> load.run(broker, messages));
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
                            turns.measure(
                                    "client busy", "%", open, Outcome::clientBusyPercent)),
                    List.of(
                            sides.peer().version()
                                    + "; "
                                    + messages
                                    + " messages a round on both sides"));
        }
    }
}
