package dev.millrace.bench.kv;

import dev.millrace.bench.client.Keys;
import dev.millrace.bench.client.Loader;
import dev.millrace.bench.client.Values;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.ServerUnderTest;
import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What one more key costs: the slope of anonymous memory between one and five million. */
record MemorySlope(Target ratio, Target bytes) implements Comparison {
    private static final int VALUE_BYTES = 64;
    private static final int FEW = 1_000_000;
    private static final int MANY = 5_000_000;
    private static final int SETTLE_MILLIS = 1000;
    private static final int SETTLE_LOOKS_MAX = 30;
    private static final double SETTLED_CHANGE = 0.002;

    private record Fill(double fewBytes, double manyBytes) {
        double perKey() {
            return (manyBytes - fewBytes) / (MANY - FEW);
        }
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String title() {
        return "anonymous memory per key of 16 B with 64 B, slope from 1M to 5M keys";
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        Turns<Fill> turns =
                Turns.alternate(
                        bench.effort().memoryRounds(),
                        bench.subject(),
                        bench.peer(),
                        contestant -> fill(bench, contestant));
        Target open = new Target.Open();
        return Row.measured(
                name(),
                title(),
                List.of(
                        turns.measure("memory", "B/key", ratio, Fill::perKey),
                        turns.measure("memory, absolute", "B/key", bytes, Fill::perKey),
                        turns.measure("at 1M keys", "MiB", open, fill -> mib(fill.fewBytes())),
                        turns.measure("at 5M keys", "MiB", open, fill -> mib(fill.manyBytes()))),
                List.of());
    }

    private static double mib(double bytes) {
        return bytes / (1 << 20);
    }

    private static Fill fill(Bench bench, Contestant contestant)
            throws IOException, InterruptedException {
        Keys keys = Keys.ofRedisBenchmark(MANY);
        String value = Values.ofBytes(VALUE_BYTES);
        Path data = bench.workspace().directory(contestant.name());
        try (ServerUnderTest server = bench.start(contestant, Durability.EVERYSEC, data)) {
            Loader.load(server.port(), keys, 0, FEW, value);
            double few = settled(server, keys, FEW);
            Loader.load(server.port(), keys, FEW, MANY, value);
            double many = settled(server, keys, MANY);
            return new Fill(few, many);
        } finally {
            Workspace.remove(data);
        }
    }

    // Redis moves its table to a larger one a step per command: reading every key lets it finish,
    // else both tables would count.
    private static double settled(ServerUnderTest server, Keys keys, int count)
            throws IOException, InterruptedException {
        Loader.expectCount(server.port(), count);
        Loader.read(server.port(), keys, count);
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
