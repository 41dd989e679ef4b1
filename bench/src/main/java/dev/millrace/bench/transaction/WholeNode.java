package dev.millrace.bench.transaction;

import dev.millrace.bench.server.Millrace;
import dev.millrace.bench.server.Ports;
import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.bench.server.RespConnection;
import dev.millrace.bench.server.Workspace;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running Millrace with all rooms and default sync policies. */
final class WholeNode implements AutoCloseable {
    private static final long START_SECONDS_MAX = 60;
    private static final int LOOK_MILLIS = 5;
    private static final String SYNCS = "millrace_journal_syncs_total ";
    private static final List<String> OTHER_PORTS =
            List.of(
                    "queue.nsq.port",
                    "queue.nsq.http.port",
                    "queue.nsqlookup.port",
                    "queue.nsqlookup.http.port",
                    "queue.amqp.port",
                    "events.grpc.port");

    private final Workspace workspace;
    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = Ports.free();
    private final int adminPort = Ports.free();
    private final Process process;

    /** Starts one on an empty directory; it serves when this returns. */
    WholeNode(Millrace build, Workspace workspace) throws IOException, InterruptedException {
        this.workspace = workspace;
        Path data = workspace.directory("whole");
        File output = data.resolveSibling(data.getFileName() + ".out").toFile();
        process =
                workspace.start(
                        new ProcessBuilder(command(build, data))
                                .redirectErrorStream(true)
                                .redirectOutput(output));
        try {
            awaitAnswer();
        } catch (IOException | InterruptedException failure) {
            close();
            throw failure;
        }
    }

    private List<String> command(Millrace build, Path data) {
        List<String> words = new ArrayList<>();
        words.addAll(List.of(build.script().toString(), "up", "--data", data.toString()));
        set(words, "kv.resp.port=" + port);
        set(words, "admin.http.port=" + adminPort);
        OTHER_PORTS.forEach(other -> set(words, other + "=0"));
        build.settings().forEach(setting -> set(words, setting));
        return words;
    }

    private static void set(List<String> words, String setting) {
        words.add("--set");
        words.add(setting);
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (!isReady()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IOException("Millrace with all rooms: does not serve");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private boolean isReady() throws IOException, InterruptedException {
        try {
            return ask("/health/ready").statusCode() == 200;
        } catch (ConnectException notYet) {
            return false;
        }
    }

    private HttpResponse<String> ask(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + adminPort + path);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    RespConnection connect() throws IOException {
        return RespConnection.open(port);
    }

    /** CPU time of all its threads since its start, µs. */
    long cpuMicros() throws IOException {
        return ProcessCpu.of(process.pid()).ownMicros();
    }

    /** How often the journal was synced since the start. */
    double syncs() throws IOException, InterruptedException {
        return ask("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(SYNCS))
                .mapToDouble(line -> Double.parseDouble(line.substring(SYNCS.length())))
                .findFirst()
                .orElseThrow(() -> new IOException(SYNCS + "is not among the metrics"));
    }

    @Override
    public void close() {
        workspace.end(process);
    }
}
