package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Measure;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Samples;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Millrace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How long all services take to be registered, durably, on a node that was just started. */
record RegisterRow(String name, Target seconds) implements Comparison {
    @Override
    public String title() {
        return "10 000 services of 5 instances registered over 8 connections";
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        List<Double> took = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        int all = RegistryServer.SERVICES * RegistryServer.INSTANCES;
        for (int round = 0; round < bench.effort().startRounds(); round++) {
            try (RegistryServer server = new RegistryServer(bench, List.of())) {
                double before = server.cpuMicros();
                took.add(
                        Registering.all(
                                server.port(), RegistryServer.SERVICES, RegistryServer.INSTANCES));
                cpu.add((server.cpuMicros() - before) / all);
            }
        }
        return Row.measured(
                name,
                title(),
                List.of(
                        alone("time", "s", seconds, took),
                        alone("CPU", "µs/registration", new Target.Open(), cpu)),
                List.of());
    }

    /** A number of Millrace's own, which no other server has beside it. */
    static Measure alone(String name, String unit, Target target, List<Double> rounds) {
        return new Measure(
                name,
                unit,
                target,
                new Samples(rounds),
                new Samples(Collections.nCopies(rounds.size(), Double.NaN)));
    }
}
