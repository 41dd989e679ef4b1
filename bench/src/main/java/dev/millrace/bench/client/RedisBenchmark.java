package dev.millrace.bench.client;

import dev.millrace.bench.server.ProcessCpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The closed-loop client that others wrote: {@code redis-benchmark}, on random keys.
 *
 * @param test one of its {@code -t} names (get, set, incr, mset, lpush, ...), or a command with
 *     {@code __rand_int__} where a random number goes
 * @param depth commands in flight per connection
 */
public record RedisBenchmark(String test, int valueBytes, int depth, int connections) {
    /** How many keys it draws from. */
    public static final int KEYS = 1_000_000;

    private static final int RUN_SECONDS_MAX = 600;

    /**
     * One run.
     *
     * @param ratePerSecond completed commands per second, as the client counts them
     * @param clientBusy the client's CPU time by wall time; near 1 the client is the limit, not the
     *     server
     */
    public record Outcome(double ratePerSecond, long operations, double clientBusy) {}

    /** Runs it to its end against a port of 127.0.0.1. */
    public Outcome run(int port, long operations) throws IOException, InterruptedException {
        ProcessCpu before = ProcessCpu.own();
        long startNanos = System.nanoTime();
        Process process =
                new ProcessBuilder(command(port, operations)).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out;
        try {
            // It prints a few lines at most: no pipe can fill.
            if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException(test + ": no end in " + RUN_SECONDS_MAX + " s");
            }
            out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
        double wallMicros = (System.nanoTime() - startNanos) / 1e3;
        if (process.exitValue() != 0) {
            throw new IOException(test + ": exit " + process.exitValue() + "\n" + out);
        }
        double busy = ProcessCpu.own().since(before).childrenMicros() / wallMicros;
        return new Outcome(rate(out), operations, busy);
    }

    private List<String> command(int port, long operations) {
        List<String> words = new ArrayList<>(options(port, operations));
        if (test.contains(" ")) {
            words.addAll(List.of(test.split(" ")));
        } else {
            words.addAll(List.of("-t", test));
        }
        return words;
    }

    private List<String> options(int port, long operations) {
        return List.of(
                "redis-benchmark",
                "-p",
                Integer.toString(port),
                "-n",
                Long.toString(operations),
                "-r",
                Integer.toString(KEYS),
                "-d",
                Integer.toString(valueBytes),
                "-c",
                Integer.toString(connections),
                "-P",
                Integer.toString(depth),
                "--csv");
    }

    /** The rate of the one test in its CSV: a head, then {@code "SET","123.45",…}. */
    static double rate(String csv) {
        List<String> lines = csv.lines().filter(line -> line.startsWith("\"")).toList();
        if (lines.size() != 2 || !lines.getFirst().startsWith("\"test\",\"rps\"")) {
            throw new IllegalArgumentException(csv + ": (expected: a head and one line of CSV)");
        }
        // The test's name may hold a comma in quotes, the numbers cannot.
        String[] fields = lines.getLast().split("\",\"");
        // A preparation of one request takes no time that it could tell.
        return fields[1].equals("inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(fields[1]);
    }
}
