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

/** A million events, read from the first to the last: Millrace beside COPY out of PostgreSQL. */
record ReadRow(String name, Side.Reading what, Target throughput, Target cpu)
        implements Comparison {
    private static final int EVENTS = 1_000_000;
    private static final int WARM_ROUNDS = 2;

    private record Round(double ratePerSecond, double cpuMicros) {}

    @Override
    public String title() {
        return "a million events of 1 KiB: " + what + "; PostgreSQL: COPY out by psql";
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        try (Side subject = new MillraceSide(bench, new AppendLoad(1, 1, Side.DATA_BYTES));
                Side peer = new PostgresSide(bench.workspace(), 1)) {
            subject.fill(EVENTS);
            peer.fill(EVENTS);
            for (int i = 0; i < WARM_ROUNDS; i++) {
                subject.read(what, EVENTS);
                peer.read(what, EVENTS);
            }
            Turns<Round> turns =
                    Turns.alternate(bench.effort().rounds(), subject, peer, this::round);
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

    private Round round(Side side) throws IOException, InterruptedException {
        double before = side.cpuMicros();
        long start = System.nanoTime();
        side.read(what, EVENTS);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Round(EVENTS / seconds, (side.cpuMicros() - before) / EVENTS);
    }
}
