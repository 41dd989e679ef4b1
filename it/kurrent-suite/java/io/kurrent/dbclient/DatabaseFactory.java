package io.kurrent.dbclient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in the suite's place of the same name: where that starts a container, this starts a node
 * of Millrace with an empty directory of its own, and nothing else of the suite is replaced. As the
 * container, a node ends without being asked when the suite is done with it.
 *
 * <p>With TLS the suite waits for the account "admin" and therefore reads {@code $users}, which
 * KurrentDB writes; a node has no accounts, so there an event is appended to that stream.
 */
public final class DatabaseFactory {
    private static final int READY_SECONDS_MAX = 60;
    private static final int POLL_MILLIS = 50;
    private static final Pattern ROW = Pattern.compile("\\S+:([0-9]+) .*events\\.grpc\\.port\\s*");

    private DatabaseFactory() {}

    /** A node that listens; the suite calls {@code dispose} on it. */
    public static Database spawn() {
        try {
            return Node.start(
                    Path.of(System.getProperty("millrace.home")),
                    Optional.ofNullable(System.getProperty("millrace.certificates")).map(Path::of));
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
        private final boolean secure;
        private final ClientTracker clients = new ClientTracker();

        private Node(Process process, int port, boolean secure) {
            this.process = process;
            this.port = port;
            this.secure = secure;
        }

        static Node start(Path home, Optional<Path> certificates) throws IOException {
            Path directory = Files.createTempDirectory("node");
            Path table = directory.resolve("table");
            Process process =
                    new ProcessBuilder(command(home, directory.resolve("data"), certificates))
                            .redirectOutput(table.toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            try {
                Node node = new Node(process, awaitPort(process, table), certificates.isPresent());
                if (node.secure) {
                    node.appendUser();
                }
                return node;
            } catch (IOException e) {
                process.destroyForcibly();
                throw e;
            }
        }

        private static List<String> command(Path home, Path data, Optional<Path> certificates) {
            List<String> words =
                    new ArrayList<>(List.of(home.resolve("millrace").toString(), "up"));
            words.addAll(List.of("--data", data.toString(), "--only", "events"));
            words.addAll(List.of("--set", "admin.http.port=0", "--set", "events.grpc.port=0"));
            certificates.ifPresent(
                    folder -> {
                        words.addAll(List.of("--set", "events.grpc.tls=true"));
                        words.addAll(
                                List.of("--set", "net.tls.cert=" + folder.resolve("cert.pem")));
                        words.addAll(List.of("--set", "net.tls.key=" + folder.resolve("key.pem")));
                    });
            return words;
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

        private void appendUser() throws IOException {
            KurrentDBClient client =
                    KurrentDBClient.create(defaultSettingsBuilder().buildConnectionSettings());
            try {
                EventData event = EventData.builderAsBinary("$User", new byte[0]).build();
                client.appendToStream("$users", event).get();
                client.shutdown().get();
            } catch (ExecutionException e) {
                throw new IOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
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
                    .tls(secure)
                    .tlsVerifyCert(false);
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
