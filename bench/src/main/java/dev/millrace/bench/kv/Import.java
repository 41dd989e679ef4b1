package dev.millrace.bench.kv;

import dev.millrace.bench.client.Filling;
import dev.millrace.bench.client.Loader;
import dev.millrace.bench.client.Mix;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.Millrace;
import dev.millrace.bench.server.Redis;
import dev.millrace.bench.server.ServerUnderTest;
import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How long a dump file of Redis takes to move in: {@code millrace import}, from the start of its
 * process to its end, beside Redis's own start with the file, to the first PONG. Both begin with
 * the file in the system's cache.
 */
record Import(Target target) implements Comparison {
    private static final String DUMP = "dump.rdb";
    private static final Filling FILLING = new Mix();

    private record Took(double millis, double fileMebibytes) {
        double mebibytesPerSecond() {
            return fileMebibytes / millis * 1e3;
        }
    }

    @Override
    public String name() {
        return "import";
    }

    @Override
    public String title() {
        return "a dump file of %s into an empty directory, beside Redis's start with it"
                .formatted(FILLING.text());
    }

    @Override
    public boolean suits(Contestant subject) {
        return subject instanceof Millrace;
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        bench.progress().accept("filling Redis");
        Path dumped = dump(bench);
        Path file = dumped.resolve(DUMP);
        double mebibytes = (double) Files.size(file) / (1 << 20);
        Turns<Took> turns =
                Turns.alternate(
                        bench.effort().startRounds(),
                        bench.subject(),
                        bench.peer(),
                        contestant -> new Took(millis(bench, contestant, file), mebibytes));
        Workspace.remove(dumped);
        Target open = new Target.Open();
        return Row.measured(
                name(),
                title(),
                List.of(
                        turns.measure("whole", "ms", target, Took::millis),
                        turns.measure("of the file", "MiB/s", open, Took::mebibytesPerSecond)),
                List.of(
                        "%.0f MiB, %d keys, made by redis-server"
                                .formatted(mebibytes, bench.effort().importKeys())));
    }

    private static Path dump(Bench bench) throws IOException, InterruptedException {
        try (ServerUnderTest redis = bench.start(bench.peer(), Durability.CHECKPOINT)) {
            Loader.load(redis.port(), FILLING, 0, bench.effort().importKeys());
            redis.shutDownSaving();
            return redis.data();
        }
    }

    private static double millis(Bench bench, Contestant contestant, Path file)
            throws IOException, InterruptedException {
        Path data = bench.workspace().directory(contestant.name());
        try {
            return switch (contestant) {
                case Millrace millrace -> imported(bench, millrace, file, data);
                case Redis redis -> started(bench, redis, file, data);
            };
        } finally {
            Workspace.remove(data);
        }
    }

    private static double imported(Bench bench, Millrace millrace, Path file, Path data)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(millrace.importing(file.toString(), data.toString()));
        builder.redirectErrorStream(true);
        bench.commands().accept("import: ./millrace import dump.rdb --data DIR");
        long startNanos = System.nanoTime();
        String said = bench.workspace().run(builder);
        double millis = (System.nanoTime() - startNanos) / 1e6;
        if (!said.contains(bench.effort().importKeys() + " keys, 0 expired")) {
            throw new IOException("import: " + said);
        }
        return millis;
    }

    private static double started(Bench bench, Redis redis, Path file, Path data)
            throws IOException, InterruptedException {
        Files.createLink(data.resolve(DUMP), file);
        try (ServerUnderTest server = bench.start(redis, Durability.CHECKPOINT, data)) {
            Loader.expectCount(server.port(), FILLING, bench.effort().importKeys());
            return server.answeredMillis();
        }
    }
}
