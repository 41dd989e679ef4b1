package dev.millrace.bench.events;

import dev.millrace.bench.server.Ports;
import dev.millrace.bench.server.ProcessCpu;
import dev.millrace.bench.server.Workspace;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A broker of Kafka 4 in a JVM, from Maven's artifacts ({@code bench/kafka}): KRaft, one partition,
 * one replica, every record forced to the disk; driven by Kafka's own producers, one a writer.
 */
final class KafkaSide implements Side {
    private static final Pattern RATE = Pattern.compile("rate ([0-9.Ee]+)");
    private static final String CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";

    private final Workspace workspace;
    private final Path home;
    private final int writers;
    private final int port = Ports.free();
    private final String classes;
    private final Process server;

    /**
     * @param home {@code bench/kafka}
     */
    KafkaSide(Workspace workspace, Path home, int writers)
            throws IOException, InterruptedException {
        this.workspace = workspace;
        this.home = home;
        this.writers = writers;
        Path folder = workspace.directory("Kafka");
        Path list = folder.resolve("classes.txt");
        workspace.run(
                new ProcessBuilder(
                                "mvn",
                                "-q",
                                "-B",
                                "-f",
                                home.resolve("pom.xml").toString(),
                                "dependency:build-classpath",
                                "-Dmdep.outputFile=" + list)
                        .redirectErrorStream(true));
        classes = Files.readString(list).strip();
        Path settings = folder.resolve("server.properties");
        int controller = Ports.free();
        Files.writeString(
                settings,
                """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:CONTROLLER
                listeners=PLAINTEXT://127.0.0.1:PORT,CONTROLLER://127.0.0.1:CONTROLLER
                controller.listener.names=CONTROLLER
                log.dirs=FOLDER/data
                num.partitions=1
                log.flush.interval.messages=1
                offsets.topic.replication.factor=1
                """
                        .replace(":PORT", ":" + port)
                        .replace(":CONTROLLER", ":" + controller)
                        .replace("FOLDER", folder.toString()));
        workspace.run(
                new ProcessBuilder(
                                java(
                                        "kafka.tools.StorageTool",
                                        "format",
                                        "-t",
                                        CLUSTER,
                                        "-c",
                                        settings.toString()))
                        .redirectErrorStream(true));
        server =
                workspace.start(
                        new ProcessBuilder(java("kafka.Kafka", settings.toString()))
                                .redirectErrorStream(true)
                                .redirectOutput(folder.resolve("out").toFile()));
        Ports.awaitOpen(port, server, "Kafka");
    }

    private List<String> java(String... words) {
        List<String> all = new ArrayList<>();
        all.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        all.addAll(List.of("-Xmx1g", "-cp", classes));
        all.addAll(List.of(words));
        return all;
    }

    @Override
    public double append(double seconds) throws IOException, InterruptedException {
        String printed =
                workspace.run(
                        new ProcessBuilder(
                                        java(
                                                home.resolve("KafkaLoad.java").toString(),
                                                Integer.toString(port),
                                                Integer.toString(writers),
                                                Integer.toString(DATA_BYTES),
                                                Double.toString(seconds)))
                                .redirectErrorStream(true));
        Matcher rate = RATE.matcher(printed);
        if (!rate.find()) {
            throw new IOException("Kafka: " + printed);
        }
        return Double.parseDouble(rate.group(1));
    }

    @Override
    public void fill(int events) {
        throw new UnsupportedOperationException("Kafka is appended to only");
    }

    @Override
    public void read(Reading what, int events) {
        throw new UnsupportedOperationException("Kafka is appended to only");
    }

    @Override
    public double cpuMicros() throws IOException {
        return ProcessCpu.of(server.pid()).ownMicros();
    }

    @Override
    public void close() {
        workspace.end(server);
    }
}
