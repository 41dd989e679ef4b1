package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Millrace;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/**
 * How long health lookups take at a given rate, from the time at which each was to be sent: if the
 * server, or the client, falls behind, that counts.
 *
 * @param ratePerSecond over all connections
 */
record LookupsRow(String name, int ratePerSecond, Target millis) implements Comparison {
    private static final int CONNECTIONS = 4;
    private static final long MICROS_MAX = 60_000_000;

    @Override
    public String title() {
        return ratePerSecond + " lookups of healthy instances per second, of 10 000 services of 5";
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    private record Round(double median, double p99, double p999, double cpuMicros) {}

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        List<Round> rounds = new ArrayList<>();
        try (RegistryServer server = new RegistryServer(bench, List.of())) {
            Registering.all(server.port(), RegistryServer.SERVICES, RegistryServer.INSTANCES);
            round(server, bench.effort().warmSeconds());
            for (int round = 0; round < bench.effort().openRounds(); round++) {
                rounds.add(round(server, bench.effort().openSeconds()));
            }
        }
        return Row.measured(
                name,
                title(),
                List.of(
                        RegisterRow.alone(
                                "median", "ms", new Target.Open(), of(rounds, Round::median)),
                        RegisterRow.alone("p99", "ms", millis, of(rounds, Round::p99)),
                        RegisterRow.alone(
                                "p99.9", "ms", new Target.Open(), of(rounds, Round::p999)),
                        RegisterRow.alone(
                                "CPU",
                                "µs/lookup",
                                new Target.Open(),
                                of(rounds, Round::cpuMicros))),
                List.of());
    }

    private static List<Double> of(List<Round> rounds, ToDoubleFunction<Round> number) {
        return rounds.stream().mapToDouble(number).boxed().toList();
    }

    private Round round(RegistryServer server, double seconds)
            throws IOException, InterruptedException {
        Histogram all = new Histogram(MICROS_MAX, 3);
        double before = server.cpuMicros();
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<Histogram>> parts = new ArrayList<>();
            for (int part = 0; part < CONNECTIONS; part++) {
                int seed = part;
                parts.add(threads.submit(() -> ask(server.port(), seed, seconds)));
            }
            for (Future<Histogram> part : parts) {
                all.add(part.get());
            }
        } catch (ExecutionException failure) {
            throw new IOException("lookups: " + failure, failure);
        }
        double cpu = server.cpuMicros() - before;
        return new Round(
                all.getValueAtPercentile(50) / 1e3,
                all.getValueAtPercentile(99) / 1e3,
                all.getValueAtPercentile(99.9) / 1e3,
                cpu / all.getTotalCount());
    }

    private Histogram ask(int port, int seed, double seconds)
            throws IOException, InterruptedException {
        Histogram took = new Histogram(MICROS_MAX, 3);
        SplittableRandom random = new SplittableRandom(seed);
        long apartNanos = (long) (1e9 * CONNECTIONS / ratePerSecond);
        long due = System.nanoTime() + apartNanos * seed / CONNECTIONS;
        long end = due + (long) (seconds * 1e9);
        try (HttpTalk talk = new HttpTalk(port)) {
            for (; due < end; due += apartNanos) {
                long early = due - System.nanoTime();
                if (early > 0) {
                    Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
                }
                int service = random.nextInt(RegistryServer.SERVICES);
                talk.ask(HttpTalk.get("health/service/s" + service + "?passing"));
                took.recordValue(Math.min(MICROS_MAX, (System.nanoTime() - due) / 1_000));
            }
        }
        return took;
    }
}
