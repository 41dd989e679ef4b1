package dev.millrace.bench.kv;

import dev.millrace.bench.client.Filling;
import dev.millrace.bench.client.Loader;
import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.ServerUnderTest;
import dev.millrace.bench.server.Workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How long a million keys take to come back: from the start of the process to the first PONG, less
 * an empty start in the same round. Every start gets a copy of the same directory.
 *
 * @param filling whose things are keys
 * @param durability CHECKPOINT: ended in order, its file holds all (an RDB file, a checkpoint);
 *     EVERYSEC: killed, the log holds all (an append-only file, the journal)
 */
record Restart(String name, Filling filling, Durability durability, Target target)
        implements Comparison {
    private static final int KEYS = 1_000_000;

    private record Start(double fullMillis, double emptyMillis) {
        double dataMillis() {
            return fullMillis - emptyMillis;
        }
    }

    private record Prepared(Contestant contestant, Path data) {}

    @Override
    public String title() {
        return switch (durability) {
            case CHECKPOINT -> "restart with 1M " + filling.text() + " after SHUTDOWN SAVE";
            case EVERYSEC, ALWAYS -> "restart with 1M " + filling.text() + " after SIGKILL";
        };
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        Prepared subject = prepare(bench, bench.subject());
        Prepared peer = prepare(bench, bench.peer());
        Turns<Start> turns =
                Turns.alternate(
                        bench.effort().startRounds(),
                        subject,
                        peer,
                        prepared -> measure(bench, prepared));
        Workspace.remove(subject.data());
        Workspace.remove(peer.data());
        Target open = new Target.Open();
        return Row.measured(
                name,
                title(),
                List.of(
                        turns.measure("less an empty start", "ms", target, Start::dataMillis),
                        turns.measure("whole", "ms", open, Start::fullMillis),
                        turns.measure("empty start", "ms", open, Start::emptyMillis)),
                List.of());
    }

    private Prepared prepare(Bench bench, Contestant contestant)
            throws IOException, InterruptedException {
        bench.progress().accept("filling " + contestant.name());
        try (ServerUnderTest server = bench.start(contestant, durability)) {
            Loader.load(server.port(), filling, 0, KEYS);
            Quiet.await(server);
            if (durability == Durability.CHECKPOINT) {
                server.shutDownSaving();
            }
            return new Prepared(contestant, server.data());
        }
    }

    private Start measure(Bench bench, Prepared prepared) throws IOException, InterruptedException {
        double emptyMillis = start(bench, prepared, bench.workspace().directory("empty"), 0);
        Path copy = bench.workspace().copyOf(prepared.data());
        return new Start(start(bench, prepared, copy, KEYS), emptyMillis);
    }

    private double start(Bench bench, Prepared prepared, Path data, int keys)
            throws IOException, InterruptedException {
        try (ServerUnderTest server = bench.start(prepared.contestant(), durability, data)) {
            Loader.expectCount(server.port(), filling, keys);
            return server.answeredMillis();
        } finally {
            Workspace.remove(data);
        }
    }
}
