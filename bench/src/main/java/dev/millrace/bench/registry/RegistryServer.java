package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.server.Millrace;
import dev.millrace.bench.server.Ports;
import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.bench.server.ProcessMemory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Millrace with the registry alone, as its script starts it. */
final class RegistryServer implements AutoCloseable {
    /** So many services of so many instances are what the rows are about. */
    static final int SERVICES = 10_000;

    static final int INSTANCES = 5;

    private static final int START_MILLIS_MAX = 30_000;
    private static final int LOOK_MILLIS = 5;

    private final Bench bench;
    private final int port = Ports.free();
    private final Process server;

    RegistryServer(Bench bench, List<String> settings) throws IOException, InterruptedException {
        if (!(bench.subject() instanceof Millrace built)) {
            throw new IllegalStateException(bench.subject().name() + " (expected: Millrace)");
        }
        this.bench = bench;
        Path data = bench.workspace().directory("Millrace");
        List<String> words =
                new ArrayList<>(List.of(built.script().toString(), "up", "--data", data + ""));
        words.addAll(List.of("--only", "registry", "--set", "admin.http.port=0"));
        words.addAll(List.of("--set", "registry.dns.port=0"));
        words.addAll(List.of("--set", "registry.http.port=" + port));
        settings.forEach(setting -> words.addAll(List.of("--set", setting)));
        built.settings().forEach(setting -> words.addAll(List.of("--set", setting)));
        server =
                bench.workspace()
                        .start(
                                new ProcessBuilder(words)
                                        .redirectErrorStream(true)
                                        .redirectOutput(data.resolve("out").toFile()));
        awaitPort();
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

    /** The JVM itself, or the script while it has not begun. */
    private ProcessHandle process() {
        return server.descendants().findFirst().orElse(server.toHandle());
    }

    double cpuMicros() throws IOException {
        return ProcessCpu.of(process().pid()).ownMicros();
    }

    long residentBytes() throws IOException {
        return ProcessMemory.of(process().pid()).totalBytes();
    }

    @Override
    public void close() {
        List<ProcessHandle> children = server.descendants().toList();
        bench.workspace().end(server);
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
