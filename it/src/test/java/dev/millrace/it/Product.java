package dev.millrace.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One process of the packaged product, as a user starts it. Closing it ends it. */
public final class Product implements AutoCloseable {
    private static final int STOP_SECONDS_MAX = 30;

    /** The settings of everything that listens. */
    public static final List<String> PORTS =
            List.of(
                    "admin.http.port",
                    "kv.resp.port",
                    "queue.nsq.port",
                    "queue.nsq.http.port",
                    "queue.nsqlookup.port",
                    "queue.nsqlookup.http.port",
                    "queue.amqp.port",
                    "events.grpc.port",
                    "registry.http.port",
                    "registry.dns.port");

    private final Process process;
    private final BufferedReader out;
    private final List<String> table;

    private Product(Process process, BufferedReader out, List<String> table) {
        this.process = process;
        this.out = out;
        this.table = table;
    }

    /** The source tree's root, as the build names it. */
    public static Path home() {
        String home = System.getProperty("millrace.home");
        if (home == null) {
            throw new IllegalStateException("-Dmillrace.home: missing (expected: the source tree)");
        }
        return Path.of(home);
    }

    /** What one finished run printed on both outputs, and how it ended. */
    public record Run(int exit, String out) {}

    /** Runs the packaged jar on this very JDK to its end. */
    public static Run run(String... arguments) throws IOException, InterruptedException {
        Process process = process(List.of(arguments)).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), out);
    }

    /**
     * Starts the product on free ports and waits until it says that it is ready. Its log goes to
     * this process's own standard error.
     *
     * @param more options of {@code up}
     */
    public static Product up(Path data, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("up", "--data", data.toString()));
        for (String port : PORTS) {
            arguments.addAll(List.of("--set", port + "=0"));
        }
        arguments.addAll(List.of(more));
        Process process = process(arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        List<String> table = new ArrayList<>();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("ready in ")) {
                return new Product(process, out, table);
            }
            table.add(line);
        }
        process.destroyForcibly();
        throw new IOException("up ended before it was ready: " + table);
    }

    /** The port in the table's row for one setting. */
    public int port(String setting) {
        Pattern row = Pattern.compile("\\S*:([0-9]+) .* " + Pattern.quote(setting));
        return table.stream()
                .map(row::matcher)
                .filter(Matcher::matches)
                .map(found -> Integer.parseInt(found.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(setting + ": not in " + table));
    }

    /** The process's id. */
    public long pid() {
        return process.pid();
    }

    /** SIGTERM; waits for the end and gives the exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    /** Waits for the end and gives the exit code. */
    public int awaitEnd() throws InterruptedException {
        if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + STOP_SECONDS_MAX + " s");
        }
        return process.exitValue();
    }

    /** SIGKILL; waits for the end. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        try (out) {
            process.destroyForcibly().onExit().join();
        }
    }

    /** How the product is started with these arguments, as the script at the root starts it. */
    public static ProcessBuilder process(List<String> arguments) {
        Path jar = home().resolve("app/target/millrace.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + ": missing (expected: mvn verify packaged it)");
        }
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(
                List.of("-XX:+UseSerialGC", "-Xmx256m", "-XX:+UseCompactObjectHeaders", "-ea"));
        words.add("--enable-native-access=ALL-UNNAMED");
        words.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "-jar", jar.toString()));
        words.addAll(arguments);
        return new ProcessBuilder(words);
    }
}
