package dev.millrace.bench.events;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Turns;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Millrace;

import java.io.IOException;
import java.util.List;

/**
 * Appending with fsync: Millrace beside another.
 *
 * @param peer what is beside it
 * @param writers how many, each in a closed loop
 * @param batch events in one of Millrace's appends; the others append one at a time
 */
record AppendRow(String name, Peer peer, int writers, int batch, Target throughput, Target cpu)
        implements Comparison {
    /** What Millrace is compared with. */
    enum Peer {
        POSTGRESQL("PostgreSQL: one INSERT an event"),
        KAFKA("Kafka: one partition, a producer for each, flushed at each record");

        private final String text;

        Peer(String text) {
            this.text = text;
        }

        private Side start(Bench bench, int writers) throws IOException, InterruptedException {
            return switch (this) {
                case POSTGRESQL -> new PostgresSide(bench.workspace(), writers);
                case KAFKA -> new KafkaSide(bench.workspace(), MillraceSide.home(bench), writers);
            };
        }
    }

    private record Round(double ratePerSecond, double cpuMicros) {}

    @Override
    public String title() {
        return "%d writers of 1 KiB, by %d in an append; %s".formatted(writers, batch, peer.text);
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        AppendLoad load = new AppendLoad(writers, batch, Side.DATA_BYTES);
        try (Side subject = new MillraceSide(bench, load);
                Side other = peer.start(bench, writers)) {
            subject.append(bench.effort().warmSeconds());
            other.append(bench.effort().warmSeconds());
            Turns<Round> turns =
                    Turns.alternate(
                            bench.effort().rounds(), subject, other, side -> round(bench, side));
            return Row.measured(
                    name,
                    title(),
                    List.of(
                            turns.measure(
                                    "throughput",
                                    "k/s",
                                    throughput,
                                    round -> round.ratePerSecond / 1e3),
                            turns.measure("CPU", "µs/event", cpu, Round::cpuMicros)),
                    List.of());
        }
    }

    private static Round round(Bench bench, Side side) throws IOException, InterruptedException {
        double before = side.cpuMicros();
        long start = System.nanoTime();
        double rate = side.append(bench.effort().roundSeconds());
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Round(rate, (side.cpuMicros() - before) / (rate * seconds));
    }
}
