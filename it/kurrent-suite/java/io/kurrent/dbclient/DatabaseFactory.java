package io.kurrent.dbclient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in the suite's place of the same name: where that starts a container, this starts a node
 * of Millrace with an empty directory of its own, and nothing else of the suite is replaced. As the
 * container, a node ends without being asked when the suite is done with it.
 */
public final class DatabaseFactory {
    private static final int READY_SECONDS_MAX = 60;
    private static final int POLL_MILLIS = 50;
    private static final Pattern ROW = Pattern.compile("\\S+:([0-9]+) .*events\\.grpc\\.port\\s*");

    private DatabaseFactory() {}

    /** A node that listens; the suite calls {@code dispose} on it. */
    public static Database spawn() {
        try {
            return Node.start(Path.of(System.getProperty("millrace.home")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The node has no plug-ins: what needs one is left out by the script, or else fails here. */
    public static Database spawnEnterpriseWithPluginsEnabled(String... plugins) {
        throw new UnsupportedOperationException("plug-ins: " + String.join(", ", plugins));
    }

    private static final class Node implements Database {
        private final Process process;
        private final int port;
        private final ClientTracker clients = new ClientTracker();

        private Node(Process process, int port) {
            this.process = process;
            this.port = port;
        }

        static Node start(Path home) throws IOException {
            Path directory = Files.createTempDirectory("node");
            Path table = directory.resolve("table");
            Process process =
                    new ProcessBuilder(command(home, directory.resolve("data")))
                            .redirectOutput(table.toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            try {
                return new Node(process, awaitPort(process, table));
            } catch (IOException e) {
                process.destroyForcibly();
                throw e;
            }
        }

        private static List<String> command(Path home, Path data) {
            return List.of(
                    home.resolve("millrace").toString(),
                    "up",
                    "--data",
                    data.toString(),
                    "--only",
                    "events",
                    "--set",
                    "admin.http.port=0",
                    "--set",
                    "events.grpc.port=0");
        }

        private static int awaitPort(Process process, Path table) throws IOException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS_MAX);
            while (System.nanoTime() < end && process.isAlive()) {
                List<String> lines = Files.readAllLines(table);
                if (lines.stream().anyMatch(line -> line.startsWith("ready in "))) {
                    return lines.stream()
                            .map(ROW::matcher)
                            .filter(Matcher::matches)
                            .mapToInt(row -> Integer.parseInt(row.group(1)))
                            .findFirst()
                            .orElseThrow(
                                    () -> new IOException("events.grpc.port: not in " + lines));
                }
                pause();
            }
            throw new IOException("the node was not ready: " + Files.readString(table));
        }

        private static void pause() throws IOException {
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }

        @Override
        public ConnectionSettingsBuilder defaultSettingsBuilder() {
            return KurrentDBClientSettings.builder()
                    .addHost("127.0.0.1", port)
                    .defaultCredentials("admin", "changeit")
                    .tls(false);
        }

        @Override
        public ClientTracker getClientTracker() {
            return clients;
        }

        @Override
        public void cleanup() {
            process.destroyForcibly().onExit().join();
        }
    }
}
