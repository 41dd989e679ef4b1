package dev.millrace.it.amqp.differential;

import com.rabbitmq.client.ConnectionFactory;

import dev.millrace.it.server.Await;
import dev.millrace.it.server.ForeignProgram;
import dev.millrace.it.server.Scratch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** RabbitMQ as Debian ships it, on free ports and with all it keeps in a folder of its own. */
final class RabbitMq implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofMinutes(2);

    private final Path folder = Scratch.folder("rabbitmq");
    private final List<Process> processes = new ArrayList<>();
    private final int port = Scratch.freePort();

    /** Starts it, with the mapper of Erlang's nodes beside it, which it would leave behind. */
    RabbitMq() throws IOException {
        ForeignProgram.requireFile(ForeignProgram.RABBITMQ_SERVER, "rabbitmq-server");
        Files.writeString(folder.resolve("plugins"), "[].");
        Files.createFile(folder.resolve("environment"));
        int mapperPort = Scratch.freePort();
        start(List.of("epmd", "-port", "" + mapperPort), Map.of());
        Process server =
                start(List.of(ForeignProgram.RABBITMQ_SERVER.toString()), environment(mapperPort));
        Await.until("RabbitMQ answers", START_MAX, () -> answers() || !server.isAlive());
        if (!server.isAlive()) {
            throw new IOException(Files.readString(folder.resolve("printed")));
        }
    }

    private Map<String, String> environment(int mapperPort) {
        return Map.ofEntries(
                Map.entry("HOME", folder.toString()),
                Map.entry("RABBITMQ_NODENAME", "it" + port + "@localhost"),
                Map.entry("RABBITMQ_NODE_PORT", "" + port),
                Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_DIST_PORT", "" + Scratch.freePort()),
                Map.entry("ERL_EPMD_PORT", "" + mapperPort),
                Map.entry("RABBITMQ_MNESIA_BASE", folder.resolve("mnesia").toString()),
                Map.entry("RABBITMQ_LOG_BASE", folder.resolve("log").toString()),
                Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", folder.resolve("plugins").toString()),
                Map.entry("RABBITMQ_CONF_ENV_FILE", folder.resolve("environment").toString()),
                Map.entry("RABBITMQ_CONFIG_FILE", folder.resolve("none").toString()));
    }

    private Process start(List<String> command, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve("printed").toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        process.getOutputStream().close();
        return process;
    }

    private boolean answers() {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        try {
            factory.newConnection().close();
            return true;
        } catch (IOException | TimeoutException notYet) {
            return false;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        for (Process process : processes.reversed()) {
            List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
            all.add(process.toHandle());
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(one -> one.onExit().join());
        }
        Scratch.delete(folder);
    }
}
