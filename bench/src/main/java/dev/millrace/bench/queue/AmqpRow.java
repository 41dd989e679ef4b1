package dev.millrace.bench.queue;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Turns;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;

import java.io.IOException;
import java.util.List;

/** Publishing and consuming, side by side with RabbitMQ. */
record AmqpRow(String name, AmqpLoad load, String sync, Target cpu) implements Comparison {
    private static final long PROBE_MESSAGES = 2_000;

    @Override
    public String title() {
        return "AMQP, %d B, %d producers and consumers, confirms and acks by %d, queue.sync=%s"
                .formatted(load.bodyBytes(), load.pairs(), load.batch(), sync);
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof dev.millrace.bench.server.Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        dev.millrace.bench.server.Millrace built =
                (dev.millrace.bench.server.Millrace) bench.subject();
        Broker millrace = new Broker.Millrace(built.script(), List.of("queue.sync=" + sync));
        try (RunningBroker subject = new RunningBroker(millrace, bench.workspace());
                RunningBroker peer = new RunningBroker(new Broker.RabbitMq(), bench.workspace())) {
            double slower = Math.min(warm(subject, bench), warm(peer, bench));
            long messages = (long) (2 * slower * bench.effort().roundSeconds());
            Turns<AmqpLoad.Outcome> turns =
                    Turns.alternate(
                            bench.effort().rounds(),
                            subject,
                            peer,
                            broker -> load.run(broker, messages));
            return Row.measured(
                    name,
                    title(),
                    List.of(
                            turns.measure(
                                    "CPU",
                                    "µs/message",
                                    cpu,
                                    AmqpLoad.Outcome::cpuMicrosPerMessage),
                            turns.measure(
                                    "throughput",
                                    "k/s",
                                    new Target.Open(),
                                    outcome -> outcome.ratePerSecond() / 1e3)),
                    List.of(messages + " messages a round on both sides"));
        }
    }

    private double warm(RunningBroker broker, Bench bench)
            throws IOException, InterruptedException {
        double rate = load.run(broker, PROBE_MESSAGES).ratePerSecond();
        long messages = (long) (rate * bench.effort().warmSeconds());
        return load.run(broker, messages).ratePerSecond();
    }
}
