package dev.millrace.bench.queue;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.kv.Comparison;
import dev.millrace.bench.kv.Turns;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A backlog on the disk, on both sides Millrace. On the left: what comes of it after a stop, with
 * nothing of its files in the page cache; on the right: what that is held against, which is a plain
 * read of the newest checkpoint, and messages that were published just before they are consumed.
 *
 * @param messages how many lie there
 * @param killed whether it was killed, and not stopped in order
 */
record BacklogRow(String name, Broker.Protocol protocol, int messages, boolean killed)
        implements Comparison {
    private static final WireLoad LOAD = new WireLoad(8, 100, 100);
    private static final int RESIDENT_MESSAGES = 150_000;
    private static final int WARM_MESSAGES = 1_000_000;
    private static final int READ_BYTES = 1 << 20;

    private record Numbers(double startMillis, double consumedPerSecond, double bytesPerSecond) {}

    @Override
    public String title() {
        return "%,d messages of %d B on the disk, %s, %s, cold page cache"
                .formatted(messages, LOAD.bodyBytes(), protocol, killed ? "killed" : "stopped");
    }

    @Override
    public boolean suits(Contestant subject) {
        return Sides.suit(subject);
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        Broker broker = new Sides(protocol, new Broker.RabbitMq()).millrace(bench, "queue.sync=os");
        Path data = bench.workspace().directory(name);
        double resident;
        try (RunningBroker running = new RunningBroker(broker, bench.workspace(), data)) {
            LOAD.run(running, WARM_MESSAGES);
            LOAD.fill(running, RESIDENT_MESSAGES);
            resident = LOAD.drain(running, RESIDENT_MESSAGES).ratePerSecond();
            bench.progress().accept("filling");
            LOAD.fill(running, messages);
            if (!killed) {
                running.stop();
            }
        }
        dropPageCache(bench.workspace());
        double checkpointMillis = readMillis(data.resolve("snapshot"));
        dropPageCache(bench.workspace());
        Path bodies = data.resolve("bodies");
        double bytes = size(bodies);
        double readSeconds = readMillis(bodies) / 1e3;
        double emptyMillis = coldEmptyStartMillis(broker, bench.workspace());
        dropPageCache(bench.workspace());
        try (RunningBroker running = new RunningBroker(broker, bench.workspace(), data)) {
            double startMillis = running.startMillis() - emptyMillis;
            double consumed = LOAD.drain(running, messages).ratePerSecond();
            Turns<Numbers> turns =
                    new Turns<>(
                            List.of(
                                    new Numbers(
                                            startMillis, consumed, consumed / messages * bytes)),
                            List.of(new Numbers(checkpointMillis, resident, bytes / readSeconds)));
            return Row.measured(name, title(), measures(turns), List.of());
        }
    }

    private static List<dev.millrace.bench.report.Measure> measures(Turns<Numbers> turns) {
        Target open = new Target.Open();
        return List.of(
                turns.measure(
                        "start, less an empty one : read of the checkpoint",
                        "ms",
                        new Target.RatioAtMost(1),
                        Numbers::startMillis),
                turns.measure(
                        "consumed cold : from memory",
                        "k/s",
                        new Target.RatioAtLeast(0.5),
                        one -> one.consumedPerSecond / 1e3),
                turns.measure(
                        "consumed cold : plain read of the files",
                        "MB/s",
                        open,
                        one -> one.bytesPerSecond / 1e6));
    }

    /** The JVM's own files are cold as well. */
    private static double coldEmptyStartMillis(Broker broker, Workspace workspace)
            throws IOException, InterruptedException {
        dropPageCache(workspace);
        try (RunningBroker running = new RunningBroker(broker, workspace)) {
            return running.startMillis();
        }
    }

    private static void dropPageCache(Workspace workspace)
            throws IOException, InterruptedException {
        workspace.run(new ProcessBuilder("sh", "-c", "sync; echo 3 > /proc/sys/vm/drop_caches"));
    }

    private static double size(Path folder) throws IOException {
        double bytes = 0;
        for (Path file : files(folder)) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static double readMillis(Path folder) throws IOException {
        byte[] buffer = new byte[READ_BYTES];
        long start = System.nanoTime();
        for (Path file : files(folder)) {
            try (InputStream in = Files.newInputStream(file)) {
                while (in.read(buffer) >= 0) {}
            }
        }
        return (System.nanoTime() - start) / 1e6;
    }
}
