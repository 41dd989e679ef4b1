package dev.millrace.bench.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Millrace with one room alone, as its script starts it, on an empty directory. */
public final class OneRoom implements AutoCloseable {
    private final Workspace workspace;
    private final int port = Ports.free();
    private final Process server;

    /**
     * Starts it; when this returns it serves.
     *
     * @param subject a build of Millrace
     * @param portSetting of the port that is asked for, as {@code events.grpc.port}; another that
     *     is among the settings stays
     * @param settings KEY=VALUE
     * @param command what is run instead of the command line, as the same on one core
     */
    public OneRoom(
            Workspace workspace,
            Contestant subject,
            String room,
            String portSetting,
            List<String> settings,
            UnaryOperator<List<String>> command)
            throws IOException, InterruptedException {
        if (!(subject instanceof Millrace built)) {
            throw new IllegalStateException(subject.name() + " (expected: Millrace)");
        }
        this.workspace = workspace;
        Path data = workspace.directory("Millrace");
        List<String> words =
                new ArrayList<>(List.of(built.script().toString(), "up", "--data", data + ""));
        words.addAll(List.of("--only", room, "--set", "admin.http.port=0"));
        words.addAll(List.of("--set", portSetting + "=" + port));
        settings.forEach(setting -> words.addAll(List.of("--set", setting)));
        built.settings().forEach(setting -> words.addAll(List.of("--set", setting)));
        server =
                workspace.start(
                        new ProcessBuilder(command.apply(words))
                                .redirectErrorStream(true)
                                .redirectOutput(data.resolve("out").toFile()));
        Ports.awaitOpen(port, server, "Millrace");
    }

    public int port() {
        return port;
    }

    /** CPU time of the script and of what it has become, since the start. */
    public double cpuMicros() throws IOException {
        double sum = ProcessCpu.of(server.pid()).ownMicros();
        for (ProcessHandle child : server.descendants().toList()) {
            sum += ProcessCpu.of(child.pid()).ownMicros();
        }
        return sum;
    }

    /** What is resident of it. */
    public long residentBytes() throws IOException {
        ProcessHandle process = server.descendants().findFirst().orElse(server.toHandle());
        return ProcessMemory.of(process.pid()).totalBytes();
    }

    @Override
    public void close() {
        List<ProcessHandle> children = server.descendants().toList();
        workspace.end(server);
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
