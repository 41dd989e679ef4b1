package dev.millrace.bench.events;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.server.Millrace;
import dev.millrace.bench.server.OneRoom;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** Millrace with the event store alone. */
final class MillraceSide implements Side {
    private static final int FILL_WRITERS = 1;
    private static final int FILL_BATCH = 500;

    private static final int REST_MILLIS = 1_000;
    private static final int RESTS_MAX = 60;

    /** It rests if it takes less of a core. */
    private static final double BUSY_MIN = 0.02;

    private final AppendLoad load;
    private final OneRoom node;
    private String stream = "";

    MillraceSide(Bench bench, AppendLoad load) throws IOException, InterruptedException {
        this.load = load;
        node =
                new OneRoom(
                        bench.workspace(),
                        bench.subject(),
                        "events",
                        "events.grpc.port",
                        List.of(),
                        UnaryOperator.identity());
    }

    private static Millrace built(Bench bench) {
        if (!(bench.subject() instanceof Millrace built)) {
            throw new IllegalStateException(bench.subject().name() + " (expected: Millrace)");
        }
        return built;
    }

    /** Where the build keeps what Kafka takes. */
    static Path home(Bench bench) {
        return built(bench).script().resolveSibling("bench").resolve("kafka");
    }

    int port() {
        return node.port();
    }

    @Override
    public double append(double seconds) throws IOException, InterruptedException {
        return load.run(node.port(), seconds);
    }

    @Override
    public void fill(int events) throws IOException, InterruptedException {
        stream = new AppendLoad(FILL_WRITERS, FILL_BATCH, DATA_BYTES).fill(node.port(), events);
        awaitRest();
    }

    /**
     * Until files are merged, as PostgreSQL's table is vacuumed: otherwise that would wait for the
     * peer's turn, and take from it.
     */
    private void awaitRest() throws IOException, InterruptedException {
        double before = cpuMicros();
        for (int looks = 0; looks < RESTS_MAX; looks++) {
            Thread.sleep(REST_MILLIS);
            double now = cpuMicros();
            if (now - before < REST_MILLIS * 1e3 * BUSY_MIN) {
                return;
            }
            before = now;
        }
    }

    @Override
    public void read(Reading what, int events) throws IOException {
        try (GrpcTalk talk = new GrpcTalk(node.port(), EventRequests.READ)) {
            byte[] request =
                    what == Reading.STREAM
                            ? EventRequests.readStream(stream, events)
                            : EventRequests.readAll(events);
            talk.send(request, true);
            long came = talk.receivedAll();
            if (came < events) {
                throw new IOException("Millrace: " + came + " events (expected: " + events + ")");
            }
        }
    }

    @Override
    public double cpuMicros() throws IOException {
        return node.cpuMicros();
    }

    @Override
    public void close() {
        node.close();
    }
}
