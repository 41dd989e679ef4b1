package dev.millrace.bench.events;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.server.Millrace;
import dev.millrace.bench.server.Ports;
import dev.millrace.bench.server.ProcessCpu;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Millrace with the event store alone. */
final class MillraceSide implements Side {
    private static final int START_MILLIS_MAX = 30_000;
    private static final int LOOK_MILLIS = 5;
    private static final int FILL_WRITERS = 1;
    private static final int FILL_BATCH = 500;

    private static final int REST_MILLIS = 1_000;
    private static final int RESTS_MAX = 60;

    /** It rests if it takes less of a core. */
    private static final double BUSY_MIN = 0.02;

    private final Bench bench;
    private final AppendLoad load;
    private final int port;
    private final Process server;
    private String stream = "";

    MillraceSide(Bench bench, AppendLoad load) throws IOException, InterruptedException {
        Millrace built = built(bench);
        this.bench = bench;
        this.load = load;
        port = Ports.free();
        Path data = bench.workspace().directory("Millrace");
        List<String> words =
                new ArrayList<>(List.of(built.script().toString(), "up", "--data", data + ""));
        words.addAll(List.of("--only", "events", "--set", "admin.http.port=0"));
        words.addAll(List.of("--set", "events.grpc.port=" + port));
        built.settings().forEach(setting -> words.addAll(List.of("--set", setting)));
        server =
                bench.workspace()
                        .start(
                                new ProcessBuilder(words)
                                        .redirectErrorStream(true)
                                        .redirectOutput(data.resolve("out").toFile()));
        awaitPort();
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

    private void awaitPort() throws IOException, InterruptedException {
        for (int waited = 0; ; waited += LOOK_MILLIS) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException notYet) {
                if (waited > START_MILLIS_MAX || !server.isAlive()) {
                    throw new IOException("Millrace: does not serve", notYet);
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    int port() {
        return port;
    }

    @Override
    public double append(double seconds) throws IOException, InterruptedException {
        return load.run(port, seconds);
    }

    @Override
    public void fill(int events) throws IOException, InterruptedException {
        stream = new AppendLoad(FILL_WRITERS, FILL_BATCH, DATA_BYTES).fill(port, events);
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
        try (GrpcTalk talk = new GrpcTalk(port, EventRequests.READ)) {
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
        double sum = ProcessCpu.of(server.pid()).ownMicros();
        for (ProcessHandle child : server.descendants().toList()) {
            sum += ProcessCpu.of(child.pid()).ownMicros();
        }
        return sum;
    }

    @Override
    public void close() {
        List<ProcessHandle> children = server.descendants().toList();
        bench.workspace().end(server);
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
