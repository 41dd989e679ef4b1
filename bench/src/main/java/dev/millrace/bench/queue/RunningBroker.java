package dev.millrace.bench.queue;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;

import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.bench.server.Workspace;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A started broker with everything it started itself. */
final class RunningBroker implements AutoCloseable {
    private static final long START_SECONDS_MAX = 90;
    private static final int LOOK_MILLIS = 200;

    private final Broker broker;
    private final Workspace workspace;
    private final int port;
    private final List<Process> processes = new ArrayList<>();
    private final Process server;

    RunningBroker(Broker broker, Workspace workspace) throws IOException, InterruptedException {
        this.broker = broker;
        this.workspace = workspace;
        this.port = freePort();
        Path data = workspace.directory(broker.name());
        int epmdPort = freePort();
        if (broker.needsEpmd()) {
            processes.add(
                    start(new ProcessBuilder("epmd", "-port", Integer.toString(epmdPort)), data));
        }
        ProcessBuilder builder =
                new ProcessBuilder(broker.command(data.toString(), Integer.toString(port)));
        builder.environment().putAll(broker.environment(data, port, epmdPort));
        server = start(builder, data);
        processes.add(server);
        try {
            awaitAnswer();
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

    /** A new connection to it. */
    Connection connect() throws IOException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        factory.setAutomaticRecoveryEnabled(false);
        try {
            return factory.newConnection();
        } catch (TimeoutException late) {
            throw new IOException(broker.name() + ": no answer", late);
        }
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (true) {
            try {
                connect().close();
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

    @Override
    public void close() {
        for (Process process : processes.reversed()) {
            List<ProcessHandle> children = process.descendants().toList();
            workspace.end(process);
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
