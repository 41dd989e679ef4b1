package dev.millrace.bench.transaction;

import dev.millrace.bench.server.RespConnection;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** The same request again and again on some connections: the next when the last is answered. */
final class Work {
    private static final int ORDERS = 100_000;
    private static final String BODY = "x".repeat(100);

    private final List<String> commands;
    private final int replies;

    private Work(int replies, String... commands) {
        this.replies = replies;
        this.commands = List.of(commands);
    }

    /** State, a message and an event as one record. */
    static Work transaction() {
        // OK, QUEUED three times, the array's head, and what is in it.
        return new Work(8, "MULTI", SET, PUB, APPEND, "EXEC");
    }

    /** The same three, each by itself. */
    static List<Work> parts() {
        return List.of(new Work(1, SET), new Work(1, PUB), new Work(1, APPEND));
    }

    private static final String SET = "SET order:# " + BODY;
    private static final String PUB = "MR.PUB orders " + BODY;
    private static final String APPEND = "MR.APPEND order-# ordered \"" + BODY + "\"";

    /**
     * What a round came to; of several kinds of work, one operation of each.
     *
     * @param cpuMicros of the server, per operation
     * @param syncs per operation
     */
    record Outcome(double cpuMicros, double syncs, double seconds) {
        Outcome and(Outcome other) {
            return new Outcome(
                    cpuMicros + other.cpuMicros, syncs + other.syncs, seconds + other.seconds);
        }
    }

    Outcome run(WholeNode node, int connections, double seconds)
            throws IOException, InterruptedException {
        double syncs = node.syncs();
        long cpu = node.cpuMicros();
        long start = System.nanoTime();
        long operations = drive(node, connections, start + (long) (seconds * 1e9));
        double took = (System.nanoTime() - start) / 1e9;
        double cpuMicros = node.cpuMicros() - cpu;
        return new Outcome(
                cpuMicros / operations, (node.syncs() - syncs) / operations, took / operations);
    }

    private long drive(WholeNode node, int connections, long untilNanos)
            throws IOException, InterruptedException {
        AtomicLong operations = new AtomicLong();
        AtomicReference<IOException> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            int first = i;
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            operations.addAndGet(repeat(node, first, untilNanos));
                                        } catch (IOException failed) {
                                            failure.set(failed);
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join(TimeUnit.MINUTES.toMillis(5));
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return operations.get();
    }

    private long repeat(WholeNode node, int first, long untilNanos) throws IOException {
        long count = 0;
        try (RespConnection connection = node.connect()) {
            for (long order = first * 7_919L; System.nanoTime() < untilNanos; order++) {
                for (String command : commands) {
                    connection.put(command.replace("#", "" + order % ORDERS).split(" "));
                }
                connection.flush();
                for (int i = 0; i < replies; i++) {
                    String reply = connection.reply();
                    if (reply.startsWith("-")) {
                        throw new IOException(commands + ": " + reply);
                    }
                }
                count++;
            }
        }
        return count;
    }
}
