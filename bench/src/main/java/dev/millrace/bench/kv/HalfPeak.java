package dev.millrace.bench.kv;

import dev.millrace.bench.client.GetsAndSets;
import dev.millrace.bench.client.Keys;
import dev.millrace.bench.client.OpenLoop;
import dev.millrace.bench.client.OpenLoop.Outcome;
import dev.millrace.bench.client.OpenLoop.Plan;
import dev.millrace.bench.client.RedisBenchmark;
import dev.millrace.bench.client.Values;
import dev.millrace.bench.report.Measure;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.bench.server.ServerUnderTest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Latency at a rate that leaves room: half of what the peer can do, the same for both sides, nine
 * GETs to one SET, on a million keys of 16 + 64 bytes.
 *
 * @param checkpoints whether a checkpoint is under way all the time
 */
record HalfPeak(String name, boolean checkpoints, Target p99, Target p999, Target extraMemory)
        implements Comparison {
    private static final int CONNECTIONS = 50;
    private static final int VALUE_BYTES = 64;
    private static final double GET_SHARE = 0.9;
    private static final double SHARE_OF_PEAK = 0.5;

    @Override
    public String title() {
        return "open loop at half the peer's peak rate, GET:SET 9:1, -P 1, 50 connections, everysec"
                + (checkpoints ? ", while checkpoints of 1M keys run" : "");
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        Effort effort = bench.effort();
        try (Pair pair = Pair.start(bench, Durability.EVERYSEC)) {
            pair.load(VALUE_BYTES);
            double rate = peak(pair.peer(), effort) * SHARE_OF_PEAK;
            // The same closed loops warm the subject up; then both see this row's own load.
            peak(pair.subject(), effort);
            pair.alternate(1, server -> round(server, rate, effort.warmSeconds()));
            Turns<OpenRound> turns =
                    pair.alternate(
                            effort.openRounds(),
                            server -> round(server, rate, effort.openSeconds()));
            return Row.measured(name, title(), measures(turns), notes(turns, rate));
        }
    }

    private static double peak(ServerUnderTest server, Effort effort)
            throws IOException, InterruptedException {
        double get = rate(server, "get", effort);
        double set = rate(server, "set", effort);
        return 1 / (GET_SHARE / get + (1 - GET_SHARE) / set);
    }

    private static double rate(ServerUnderTest server, String test, Effort effort)
            throws IOException, InterruptedException {
        RedisBenchmark client = new RedisBenchmark(test, VALUE_BYTES, 1, CONNECTIONS);
        double probed = client.run(server.port(), 20_000).ratePerSecond();
        long operations = (long) (probed * effort.roundSeconds());
        return client.run(server.port(), operations).ratePerSecond();
    }

    private OpenRound round(ServerUnderTest server, double rate, double seconds)
            throws IOException, InterruptedException {
        Keys keys = Keys.ofRedisBenchmark(RedisBenchmark.KEYS);
        Plan plan =
                new Plan(
                        server.port(),
                        CONNECTIONS,
                        rate,
                        seconds,
                        new GetsAndSets(keys, Values.ofBytes(VALUE_BYTES)));
        Quiet.await(server);
        if (!checkpoints) {
            return drive(server, plan);
        }
        try (Checkpoints running = Checkpoints.start(server)) {
            OpenRound round = drive(server, plan);
            return new OpenRound(
                    round.outcome(),
                    round.cpuMicros(),
                    round.clientBusy(),
                    running.extraPercent(),
                    running.count());
        }
    }

    private static OpenRound drive(ServerUnderTest server, Plan plan)
            throws IOException, InterruptedException {
        ProcessCpu serverBefore = server.cpu();
        ProcessCpu ownBefore = ProcessCpu.own();
        Outcome outcome = OpenLoop.run(plan);
        double ownMicros = ProcessCpu.own().since(ownBefore).ownMicros();
        double serverMicros = server.cpu().since(serverBefore).ownMicros();
        return new OpenRound(
                outcome, serverMicros / plan.count(), ownMicros / (plan.seconds() * 1e6), 0, 0);
    }

    private List<Measure> measures(Turns<OpenRound> turns) {
        Target open = new Target.Open();
        List<Measure> measures = new ArrayList<>();
        measures.add(turns.measure("p50", "µs", open, round -> round.latencyMicros(50)));
        measures.add(turns.measure("p99", "µs", p99, round -> round.latencyMicros(99)));
        measures.add(turns.measure("p99.9", "µs", p999, round -> round.latencyMicros(99.9)));
        measures.add(turns.measure("max", "µs", open, round -> round.latencyMicros(100)));
        measures.add(turns.measure("generator lag p99", "µs", open, round -> round.lagMicros(99)));
        measures.add(
                turns.measure("generator lag p99.9", "µs", open, round -> round.lagMicros(99.9)));
        measures.add(turns.measure("generator busy", "%", open, round -> round.clientBusy() * 100));
        measures.add(turns.measure("CPU", "µs/op", open, OpenRound::cpuMicros));
        if (checkpoints) {
            measures.add(
                    turns.measure("extra memory", "%", extraMemory, OpenRound::extraMemoryPercent));
            measures.add(turns.measure("checkpoints", "a round", open, OpenRound::checkpoints));
        }
        return measures;
    }

    private static List<String> notes(Turns<OpenRound> turns, double rate) {
        List<String> notes = new ArrayList<>();
        notes.add("%.0f requests a second on both sides".formatted(rate));
        OpenRound.doubts("left", turns.subject()).ifPresent(notes::add);
        OpenRound.doubts("right", turns.peer()).ifPresent(notes::add);
        return notes;
    }
}
