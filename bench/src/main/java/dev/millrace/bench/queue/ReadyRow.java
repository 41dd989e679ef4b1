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
 * What a message that waits costs in memory: anonymous memory with so many of them, less that of
 * the same process, warm and empty.
 */
record ReadyRow(String name, Sides sides, int messages, Target bytes) implements Comparison {
    private static final WireLoad LOAD = new WireLoad(8, 100, 100);
    private static final int WARM_MESSAGES = 200_000;
    private static final int SETTLE_MILLIS = 3_000;
    private static final int SETTLE_LOOKS_MAX = 10;
    private static final double SETTLED_CHANGE = 0.005;

    private record Fill(double emptyBytes, double fullBytes) {}

    @Override
    public String title() {
        return "anonymous memory of %,d ready messages of %d B"
                .formatted(messages, LOAD.bodyBytes());
    }

    @Override
    public boolean suits(Contestant subject) {
        return Sides.suit(subject);
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        Turns<Fill> turns =
                Turns.alternate(
                        1, sides.millrace(bench), sides.peer(), broker -> fill(broker, bench));
        Target open = new Target.Open();
        return Row.measured(
                name,
                title(),
                List.of(
                        turns.measure("memory", "B each", bytes, this::each),
                        turns.measure("warm and empty", "MiB", open, fill -> mib(fill.emptyBytes)),
                        turns.measure("full", "MiB", open, fill -> mib(fill.fullBytes))),
                List.of(sides.peer().version()));
    }

    private double each(Fill fill) {
        return (fill.fullBytes - fill.emptyBytes) / messages;
    }

    private static double mib(double bytes) {
        return bytes / (1 << 20);
    }

    private Fill fill(Broker broker, Bench bench) throws IOException, InterruptedException {
        try (RunningBroker running = new RunningBroker(broker, bench.workspace())) {
            LOAD.run(running, WARM_MESSAGES);
            double empty = settled(running);
            LOAD.fill(running, messages);
            return new Fill(empty, settled(running));
        }
    }

    private static double settled(RunningBroker running) throws IOException, InterruptedException {
        double before = 0;
        double now = running.anonymousBytes();
        for (int look = 0;
                look < SETTLE_LOOKS_MAX && Math.abs(now - before) > SETTLED_CHANGE * now;
                look++) {
            Thread.sleep(SETTLE_MILLIS);
            before = now;
            now = running.anonymousBytes();
        }
        return now;
    }
}
