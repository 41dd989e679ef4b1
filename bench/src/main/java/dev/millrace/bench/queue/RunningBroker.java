package dev.millrace.bench.queue;

import dev.millrace.bench.server.Ports;
import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.bench.server.ProcessMemory;
import dev.millrace.bench.server.Workspace;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A started broker with everything it started itself. */
final class RunningBroker implements AutoCloseable {
    private static final long START_SECONDS_MAX = 90;
    private static final int LOOK_MILLIS = 5;

    private final Broker broker;
    private final Workspace workspace;
    private final int port;
    private final List<Process> processes = new ArrayList<>();
    private final Process server;
    private final double startMillis;

    /** Starts one on an empty directory; it serves when this returns. */
    RunningBroker(Broker broker, Workspace workspace) throws IOException, InterruptedException {
        this(broker, workspace, workspace.directory(broker.name()));
    }

    /** Starts one on what another has left. */
    RunningBroker(Broker broker, Workspace workspace, Path data)
            throws IOException, InterruptedException {
        this.broker = broker;
        this.workspace = workspace;
        this.port = Ports.free();
        int epmdPort = Ports.free();
        if (broker.needsEpmd()) {
            processes.add(
                    start(new ProcessBuilder("epmd", "-port", Integer.toString(epmdPort)), data));
        }
        ProcessBuilder builder =
                new ProcessBuilder(broker.command(data.toString(), Integer.toString(port)));
        builder.environment().putAll(broker.environment(data, port, epmdPort, Ports.free()));
        long start = System.nanoTime();
        server = start(builder, data);
        processes.add(server);
        try {
            awaitAnswer();
            startMillis = (System.nanoTime() - start) / 1e6;
        } catch (IOException | InterruptedException failure) {
            close();
            throw failure;
        }
    }

    private Process start(ProcessBuilder builder, Path data) throws IOException {
        File output = data.resolveSibling(data.getFileName() + ".out").toFile();
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(output));
        return workspace.start(builder);
    }

    String name() {
        return broker.name();
    }

    Wire wire() {
        return broker.protocol().wire();
    }

    int port() {
        return port;
    }

    /** Anonymous memory of the server and whatever it started. */
    long anonymousBytes() throws IOException {
        long sum = ProcessMemory.of(server.pid()).anonymousBytes();
        for (ProcessHandle child : server.descendants().toList()) {
            sum += ProcessMemory.of(child.pid()).anonymousBytes();
        }
        return sum;
    }

    /** From the start of its process to its first answer. */
    double startMillis() {
        return startMillis;
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (true) {
            try {
                wire().greet(port);
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline || !server.isAlive()) {
                    throw new IOException(broker.name() + ": does not serve", notYet);
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    /** CPU time of the server and whatever it started, since their start. */
    double cpuMicros() throws IOException {
        double sum = ProcessCpu.of(server.pid()).ownMicros();
        for (ProcessHandle child : server.descendants().toList()) {
            sum += ProcessCpu.of(child.pid()).ownMicros();
        }
        return sum;
    }

    /** Ends it as an operator does, and returns when it is gone. */
    void stop() throws InterruptedException {
        server.destroy();
        server.waitFor();
        close();
    }

    @Override
    public void close() {
        for (Process process : processes.reversed()) {
            List<ProcessHandle> children = process.descendants().toList();
            workspace.end(process);
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
