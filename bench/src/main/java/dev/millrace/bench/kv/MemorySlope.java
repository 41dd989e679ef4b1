package dev.millrace.bench.kv;

import dev.millrace.bench.client.Filling;
import dev.millrace.bench.client.Loader;
import dev.millrace.bench.report.Measure;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.ServerUnderTest;
import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one more thing costs: the slope of anonymous memory between two counts. With 0 as the
 * lesser, what the whole costs beside an empty server.
 */
record MemorySlope(String name, Filling filling, int few, int many, Target ratio, Target bytes)
        implements Comparison {
    private static final int SETTLE_MILLIS = 1000;
    private static final int SETTLE_LOOKS_MAX = 30;
    private static final double SETTLED_CHANGE = 0.002;

    private record Fill(double fewBytes, double manyBytes) {}

    @Override
    public String title() {
        return "anonymous memory per thing, slope from %s to %s %s"
                .formatted(millions(few), millions(many), filling.text());
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        Turns<Fill> turns =
                Turns.alternate(
                        bench.effort().memoryRounds(),
                        bench.subject(),
                        bench.peer(),
                        contestant -> fill(bench, contestant));
        return Row.measured(name(), title(), measures(turns), List.of());
    }

    private List<Measure> measures(Turns<Fill> turns) {
        Target open = new Target.Open();
        List<Measure> measures = new ArrayList<>();
        measures.add(turns.measure("memory", "B each", ratio, this::perThing));
        if (!bytes.equals(open)) {
            measures.add(turns.measure("memory, absolute", "B each", bytes, this::perThing));
        }
        measures.add(
                turns.measure("at " + millions(few), "MiB", open, fill -> mib(fill.fewBytes())));
        measures.add(
                turns.measure("at " + millions(many), "MiB", open, fill -> mib(fill.manyBytes())));
        return measures;
    }

    private double perThing(Fill fill) {
        return (fill.manyBytes - fill.fewBytes) / (many - few);
    }

    private static String millions(int count) {
        return count == 0 ? "0" : count / 1_000_000 + "M";
    }

    private static double mib(double bytes) {
        return bytes / (1 << 20);
    }

    private Fill fill(Bench bench, Contestant contestant) throws IOException, InterruptedException {
        Path data = bench.workspace().directory(contestant.name());
        try (ServerUnderTest server = bench.start(contestant, Durability.EVERYSEC, data)) {
            Loader.load(server.port(), filling, 0, few);
            double less = settled(server, few);
            Loader.load(server.port(), filling, few, many);
            double more = settled(server, many);
            return new Fill(less, more);
        } finally {
            Workspace.remove(data);
        }
    }

    // Redis moves its table to a larger one a step per command: looking at everything lets it
    // finish, else both tables would count.
    private double settled(ServerUnderTest server, int count)
            throws IOException, InterruptedException {
        Loader.expectCount(server.port(), filling, count);
        Loader.look(server.port(), filling, count);
        Quiet.await(server);
        double before = 0;
        double now = server.memory().anonymousBytes();
        for (int look = 0; look < SETTLE_LOOKS_MAX && changes(before, now); look++) {
            Thread.sleep(SETTLE_MILLIS);
            before = now;
            now = server.memory().anonymousBytes();
        }
        return now;
    }

    private static boolean changes(double before, double now) {
        return Math.abs(now - before) > SETTLED_CHANGE * now;
    }
}
