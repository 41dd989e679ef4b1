package dev.millrace.bench.kv;

import dev.millrace.bench.client.Kind;
import dev.millrace.bench.client.Large;
import dev.millrace.bench.client.Loader;
import dev.millrace.bench.client.OpenLoop;
import dev.millrace.bench.client.OpenLoop.Outcome;
import dev.millrace.bench.client.OpenLoop.Plan;
import dev.millrace.bench.client.Pings;
import dev.millrace.bench.report.Measure;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.report.Target.AtMost;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.RespConnection;
import dev.millrace.bench.server.ServerUnderTest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How long a client that wants next to nothing is held up while a large collection goes, in each of
 * the ways in which it can. PING and GET come every 100 µs whatever happens, and count from when
 * they should have been sent. A garbage collection or the scheduler can hold anything up, so the
 * same is measured beforehand with nothing going on: the control, of the same length, on the same
 * server.
 */
record LargeRemoval(Kind kind) implements Comparison {
    private static final double RATE_PER_SECOND = 10_000;
    private static final double SECONDS = 2;
    private static final double WARM_SECONDS = 0.5;
    private static final int BEFORE_REMOVAL_MILLIS = 100;
    private static final int WARM_ELEMENTS = 200_000;
    private static final double TAIL = 99.99;

    /** What deleting may add to the longest wait. */
    private static final Target HELD_UP = new AtMost(1);

    private record Held(Outcome quiet, Outcome removing) {
        double maxMillis() {
            return millis(removing, 100);
        }

        double tailMillis() {
            return millis(removing, TAIL);
        }

        double quietMaxMillis() {
            return millis(quiet, 100);
        }

        double quietTailMillis() {
            return millis(quiet, TAIL);
        }

        double addedMillis() {
            return maxMillis() - quietMaxMillis();
        }

        private static double millis(Outcome outcome, double percentile) {
            return outcome.latencyNanos().getValueAtPercentile(percentile) / 1e6;
        }
    }

    @Override
    public String name() {
        return "removal-" + kind.word();
    }

    @Override
    public String title() {
        return "longest wait of PING and GET, every 100 µs, while a large %s goes"
                .formatted(kind.word());
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        int elements = bench.effort().largeElements();
        List<Measure> measures = new ArrayList<>();
        try (Pair pair = Pair.start(bench, Durability.CHECKPOINT)) {
            for (Removal removal : Removal.values()) {
                bench.progress().accept(removal.text());
                pair.alternate(1, server -> held(server, removal, WARM_ELEMENTS, WARM_SECONDS));
                Turns<Held> turns =
                        pair.alternate(
                                bench.effort().memoryRounds(),
                                server -> held(server, removal, elements, SECONDS));
                measures.addAll(measures(removal.text(), turns));
            }
        }
        return Row.measured(
                name(),
                title(),
                measures,
                List.of(
                        "%,d elements; control: the %.0f s before, with nothing going on"
                                .formatted(elements, SECONDS)));
    }

    private static List<Measure> measures(String removal, Turns<Held> turns) {
        Target open = new Target.Open();
        return List.of(
                turns.measure(removal + ": over control", "ms", HELD_UP, Held::addedMillis),
                turns.measure(removal + ": max", "ms", open, Held::maxMillis),
                turns.measure(removal + ": p99.99", "ms", open, Held::tailMillis),
                turns.measure(removal + ": control max", "ms", open, Held::quietMaxMillis),
                turns.measure(removal + ": control p99.99", "ms", open, Held::quietTailMillis));
    }

    private Held held(ServerUnderTest server, Removal removal, int elements, double seconds)
            throws IOException, InterruptedException {
        Large large = new Large(kind);
        Loader.load(server.port(), large, 0, elements);
        Loader.expectCount(server.port(), large, elements);
        Quiet.await(server);
        Plan plan = plan(server, seconds);
        Outcome quiet = OpenLoop.run(plan);
        try (RespConnection connection = server.connect()) {
            Outcome removing =
                    whilePinging(plan(server, seconds), () -> remove(connection, removal));
            Removal.afterwards(connection);
            return new Held(quiet, removing);
        }
    }

    private static boolean remove(RespConnection connection, Removal removal)
            throws IOException, InterruptedException {
        Thread.sleep(BEFORE_REMOVAL_MILLIS);
        removal.of(connection);
        return true;
    }

    private static Outcome whilePinging(Plan plan, Callable<Boolean> removing)
            throws IOException, InterruptedException {
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            Future<Boolean> removed = other.submit(removing);
            Outcome outcome = OpenLoop.run(plan);
            removed.get();
            return outcome;
        } catch (ExecutionException failure) {
            throw new IOException("removal: " + failure.getCause(), failure);
        }
    }

    private static Plan plan(ServerUnderTest server, double seconds) {
        return new Plan(server.port(), 1, RATE_PER_SECOND, seconds, new Pings());
    }
}
