package dev.millrace.bench.kv;

import dev.millrace.bench.report.Row;
import dev.millrace.bench.report.Target;
import dev.millrace.bench.server.Contestant;
import dev.millrace.bench.server.Durability;
import dev.millrace.bench.server.ServerUnderTest;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/** A start with nothing to restore, and what memory the server takes when nobody uses it. */
record EmptyStart(Target millis, Target mebibytes) implements Comparison {
    private static final int IDLE_MILLIS = 3000;

    private record Start(
            double answeredMillis, double readyMillis, double saidMillis, double idleMebibytes) {}

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String title() {
        return "empty start, from the start of the process, and memory after 3 s idle";
    }

    @Override
    public Row run(Bench bench) throws IOException, InterruptedException {
        Turns<Start> turns =
                Turns.alternate(
                        bench.effort().startRounds(),
                        bench.subject(),
                        bench.peer(),
                        contestant -> start(bench, contestant));
        Target open = new Target.Open();
        return Row.measured(
                name(),
                title(),
                List.of(
                        turns.measure("first PONG", "ms", millis, Start::answeredMillis),
                        turns.measure("line \"ready\"", "ms", millis, Start::readyMillis),
                        turns.measure("its own N", "ms", open, Start::saidMillis),
                        turns.measure("idle RSS", "MiB", mebibytes, Start::idleMebibytes)),
                List.of());
    }

    private static Start start(Bench bench, Contestant contestant)
            throws IOException, InterruptedException {
        try (ServerUnderTest server = bench.start(contestant, Durability.EVERYSEC)) {
            Thread.sleep(IDLE_MILLIS);
            return new Start(
                    server.answeredMillis(),
                    orNone(server.readyMillis()),
                    orNone(server.saidMillis()),
                    (double) server.memory().totalBytes() / (1 << 20));
        }
    }

    private static double orNone(OptionalLong millis) {
        return millis.isPresent() ? millis.getAsLong() : Double.NaN;
    }
}
