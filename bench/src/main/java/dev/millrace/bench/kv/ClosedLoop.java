package dev.millrace.bench.kv;

import dev.millrace.bench.client.RedisBenchmark;
import dev.millrace.bench.report.Measure;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.bench.server.ServerUnderTest;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * One command at one depth, as fast as the client can. Throughput on a shared machine is noise; CPU
 * per operation is not, and stands first.
 *
 * @param before run before each round, one after the other, and not measured: to have something to
 *     take
 * @param cpu target for the server process's CPU time per operation
 * @param throughput target for operations per second
 */
record ClosedLoop(
        String name,
        RedisBenchmark client,
        List<Before> before,
        Durability durability,
        Target cpu,
        Target throughput)
        implements Comparison {
    ClosedLoop(
            String name,
            RedisBenchmark client,
            Durability durability,
            Target cpu,
            Target throughput) {
        this(name, client, List.of(), durability, cpu, throughput);
    }

    /**
     * What is run before a round.
     *
     * @param most operations at most; else as many as in the round
     */
    record Before(RedisBenchmark client, long most) {
        Before(RedisBenchmark client) {
            this(client, Long.MAX_VALUE);
        }
    }

    private static final int PROBE_OPERATIONS = 50_000;

    /** One measured round. */
    private record Round(
            double cpuMicros, double childrenMicros, double ratePerSecond, double clientBusy) {}

    @Override
    public String title() {
        return "%s, %d B, -P %d, %d connections, %s"
                .formatted(
                        client.test().toUpperCase(Locale.ROOT),
                        client.valueBytes(),
                        client.depth(),
                        client.connections(),
                        durability.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        Effort effort = bench.effort();
        try (Pair pair = Pair.start(bench, durability)) {
            pair.load(client.valueBytes());
            double ofSubject = warm(pair.subject(), effort);
            double ofPeer = warm(pair.peer(), effort);
            // Both sides do the same work, and neither takes less than a round's time.
            long operations = (long) (Math.max(ofSubject, ofPeer) * effort.roundSeconds());
            Turns<Round> turns =
                    pair.alternate(effort.rounds(), server -> round(server, operations));
            return Row.measured(name, title(), measures(turns), List.of());
        }
    }

    private double warm(ServerUnderTest server, Effort effort)
            throws IOException, InterruptedException {
        prepare(server, PROBE_OPERATIONS);
        double probed = client.run(server.port(), PROBE_OPERATIONS).ratePerSecond();
        long operations = (long) (probed * effort.warmSeconds());
        return client.run(server.port(), operations).ratePerSecond();
    }

    private Round round(ServerUnderTest server, long operations)
            throws IOException, InterruptedException {
        prepare(server, operations);
        Quiet.await(server);
        ProcessCpu start = server.cpu();
        RedisBenchmark.Outcome outcome = client.run(server.port(), operations);
        ProcessCpu own = server.cpu().since(start);
        // A child's time counts once it ended.
        Quiet.await(server);
        ProcessCpu children = server.cpu().since(start);
        return new Round(
                (double) own.ownMicros() / operations,
                (double) children.childrenMicros() / operations,
                outcome.ratePerSecond(),
                outcome.clientBusy());
    }

    private void prepare(ServerUnderTest server, long operations)
            throws IOException, InterruptedException {
        for (Before preparation : before) {
            preparation.client.run(server.port(), Math.min(operations, preparation.most));
        }
    }

    private List<Measure> measures(Turns<Round> turns) {
        Target open = new Target.Open();
        return List.of(
                turns.measure("CPU", "µs/op", cpu, Round::cpuMicros),
                turns.measure(
                        "throughput", "k/s", throughput, round -> round.ratePerSecond() / 1e3),
                turns.measure("CPU of children", "µs/op", open, Round::childrenMicros),
                turns.measure("client busy", "%", open, round -> round.clientBusy() * 100));
    }
}
