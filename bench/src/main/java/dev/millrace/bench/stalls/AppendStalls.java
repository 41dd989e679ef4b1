package dev.millrace.bench.stalls;

import dev.millrace.bench.server.Workspace;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How long one append takes at a fixed rate, and how often it takes long: the loop that appends
 * serves nobody meanwhile. JMH's means say nothing of that. The thread spins between two appends,
 * so that it is never away from its processor by its own will; the row of a copy to memory tells
 * what the machine itself does to such a thread.
 */
public final class AppendStalls {
    private static final int RECORD_BYTES = 1024;
    private static final int WARM_SECONDS = 2;
    private static final List<Integer> RATES = List.of(20, 60);
    private static final int MEGABYTE = 1_000_000;

    private final Path parent;
    private final int seconds;

    private AppendStalls(Path parent, int seconds) {
        this.parent = parent;
        this.seconds = seconds;
    }

    /** {@code AppendStalls DIR SECONDS}: the file system to try, and how long each row takes. */
    public static void main(String[] words) throws IOException {
        if (words.length != 2) {
            throw new IllegalArgumentException(words.length + " words (expected: DIR SECONDS)");
        }
        new AppendStalls(Path.of(words[0]), Integer.parseInt(words[1])).run();
    }

    private interface Opener {
        Sink open(Path directory, int megabytesPerSecond) throws IOException;
    }

    private record Way(String name, Opener opener) {}

    private void run() throws IOException {
        System.out.printf(
                "%-24s %4s %8s %8s %8s %9s %8s %7s %7s%n",
                "µs", "MB/s", "p50", "p99", "p99.9", "p99.99", "max", ">100µs", ">1ms");
        for (int rate : RATES) {
            for (Way way : ways()) {
                measure(way, rate);
            }
        }
    }

    private List<Way> ways() {
        return List.of(
                new Way("copy to memory", (directory, rate) -> new MemorySink(RECORD_BYTES)),
                new Way("write, never synced", (directory, rate) -> file(directory, rate, false)),
                new Way("write, each second", (directory, rate) -> file(directory, rate, true)),
                new Way(
                        "journal, never synced",
                        (directory, rate) -> new JournalSink(directory, RECORD_BYTES, false)),
                new Way(
                        "journal, each second",
                        (directory, rate) -> new JournalSink(directory, RECORD_BYTES, true)));
    }

    private Sink file(Path directory, int rate, boolean everySecond) throws IOException {
        long bytes = (long) (seconds + WARM_SECONDS + 1) * rate * MEGABYTE;
        return new FileSink(directory, RECORD_BYTES, bytes, everySecond);
    }

    private void measure(Way way, int rate) throws IOException {
        Path directory = Files.createTempDirectory(parent, "stalls-");
        try (Sink sink = way.opener().open(directory, rate)) {
            drive(sink, rate, WARM_SECONDS);
            Histogram nanos = drive(sink, rate, seconds);
            System.out.printf(
                    "%-24s %4d %8.2f %8.2f %8.1f %9.1f %8.0f %7d %7d%n",
                    way.name(),
                    rate,
                    nanos.getValueAtPercentile(50) / 1e3,
                    nanos.getValueAtPercentile(99) / 1e3,
                    nanos.getValueAtPercentile(99.9) / 1e3,
                    nanos.getValueAtPercentile(99.99) / 1e3,
                    nanos.getMaxValue() / 1e3,
                    countAbove(nanos, 100_000),
                    countAbove(nanos, 1_000_000));
        } finally {
            Workspace.remove(directory);
        }
    }

    private static long countAbove(Histogram nanos, long limit) {
        return nanos.getTotalCount() - nanos.getCountBetweenValues(0, limit);
    }

    /** Appends on schedule; who is late goes on at once until the schedule is caught up with. */
    private static Histogram drive(Sink sink, int rate, int seconds) throws IOException {
        Histogram nanos = new Histogram(3);
        long appends = (long) seconds * rate * MEGABYTE / RECORD_BYTES;
        double gapNanos = 1e9 * seconds / appends;
        long start = System.nanoTime();
        for (long i = 0; i < appends; i++) {
            sink.prepare();
            long due = start + (long) (i * gapNanos);
            while (System.nanoTime() < due) {
                Thread.onSpinWait();
            }
            long before = System.nanoTime();
            sink.append();
            nanos.recordValue(System.nanoTime() - before);
        }
        return nanos;
    }
}
