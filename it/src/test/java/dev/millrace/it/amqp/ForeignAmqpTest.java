package dev.millrace.it.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.server.ForeignProgram;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Clients of other languages, as others wrote them, with their own tests where they have any. */
class ForeignAmqpTest {
    private static final int SECONDS_MAX = 300;

    /** What a program prints when the server is to be killed and started again. */
    private static final String RESTART = "restart";

    /** Debian's own, which finds Debian's pika; another on the PATH may not. */
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private static final Path PIKA = Path.of("/usr/lib/python3/dist-packages/pika");

    private static final Path GO_SOURCES = Path.of("/usr/share/gocode");
    private static final String AMQP091 = "src/github.com/rabbitmq/amqp091-go";

    /**
     * It gets ten times in a row, as fast as it can, while another thread of it has yet to reject
     * what it waits for: a server that answers quickly may win.
     */
    private static final String A_RACE = "TestDeclareArgsRejectToDeadLetterQueue";

    private static final int AGAIN_MAX = 5;
    private static final Pattern FAILED = Pattern.compile("(?m)^--- FAIL: (\\w+)");

    private static final List<AmqpNode> NODES = new ArrayList<>();

    @TempDir static Path folder;

    @BeforeAll
    static void start() throws IOException {
        NODES.add(new AmqpNode());
    }

    @AfterAll
    static void end() throws IOException {
        NODES.getFirst().close();
    }

    private static AmqpNode node() {
        return NODES.getFirst();
    }

    /** How a program ended, and what it printed. */
    private record Run(int exit, String printed) {
        /** The tests of a Go program that failed. */
        List<String> lost() {
            return FAILED.matcher(printed).results().map(found -> found.group(1)).toList();
        }
    }

    /** Runs a program to its end. */
    private static Run run(Path where, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String printed = answer(process);
            assertTrue(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS), printed);
            return new Run(process.exitValue(), printed);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** The same, if all must go well; what it printed. */
    private static String succeeds(
            Path where, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Run run = run(where, command, environment);
        assertEquals(0, run.exit(), run.printed());
        return run.printed();
    }

    private static String answer(Process process) throws IOException, InterruptedException {
        StringBuilder printed = new StringBuilder();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                printed.append(line).append('\n');
                if (line.equals(RESTART)) {
                    node().killAndRestart();
                }
            }
        }
        return printed.toString();
    }

    @Test
    void pika_works() throws Exception {
        ForeignProgram.requireFile(PIKA, "python3-pika");
        String script = "it/src/test/resources/amqp/pika_client.py";
        succeeds(
                folder,
                List.of(
                        PYTHON.toString(),
                        Product.home().resolve(script).toString(),
                        "" + node().port()),
                Map.of());
    }

    // ---- Node.js

    /** What the clients for Node.js are run from: a copy of what is given, with what it names. */
    private static synchronized Path nodeClients() throws IOException, InterruptedException {
        ForeignProgram.NODE.require();
        Path npm = ForeignProgram.NPM.require();
        Path clients = folder.resolve("amqp-node");
        if (!Files.exists(clients)) {
            copy(Product.home().resolve("it/src/test/amqp-node"), clients);
            succeeds(
                    clients,
                    List.of(
                            npm.toString(),
                            "ci",
                            "--no-audit",
                            "--no-fund",
                            "--no-update-notifier"),
                    Map.of());
        }
        return clients;
    }

    private static void scriptSucceeds(String script) throws IOException, InterruptedException {
        Path clients = nodeClients();
        String node = ForeignProgram.NODE.require().toString();
        succeeds(clients, List.of(node, script, "" + node().port()), Map.of());
    }

    @Test
    void amqplib_works_and_comes_back_after_a_kill() throws Exception {
        scriptSucceeds("amqplib.js");
    }

    @Test
    void rabbitmq_client_works_and_comes_back_after_a_kill() throws Exception {
        scriptSucceeds("rabbitmq-client.js");
    }

    @Test
    void amqplibs_own_integration_tests_pass() throws Exception {
        Path clients = nodeClients();
        // Mocha passes over what lies in node_modules.
        Path amqplib = folder.resolve("amqplib-with-tests");
        copy(clients.resolve("node_modules/amqplib-with-tests"), amqplib);
        String printed =
                succeeds(
                        amqplib,
                        List.of(
                                ForeignProgram.NODE.require().toString(),
                                clients.resolve("node_modules/mocha/bin/mocha").toString(),
                                "--ui=tdd",
                                "--exit",
                                "--check-leaks",
                                "--timeout=30000",
                                "--require=" + clients.resolve("port.js"),
                                "test/connect.js",
                                "test/channel_api.js",
                                "test/callback_api.js"),
                        Map.of(
                                "NODE_PATH", clients.resolve("node_modules").toString(),
                                "URL", "amqp://127.0.0.1:" + node().port(),
                                "AMQP_PORT", "" + node().port()));
        assertTrue(printed.contains("76 passing"), printed);
    }

    // ---- Go

    /** All of its integration tests: none of them asks for more of RabbitMQ than its port. */
    @Test
    void the_integration_tests_of_amqp091_go_pass() throws Exception {
        Path go = ForeignProgram.GO.require();
        Path given = GO_SOURCES.resolve(AMQP091);
        ForeignProgram.requireFile(given, "golang-github-rabbitmq-amqp091-go-dev");
        ForeignProgram.requireFile(
                GO_SOURCES.resolve("src/go.uber.org/goleak"), "golang-uber-goleak-dev");
        Path path = folder.resolve("gopath");
        Path sources = path.resolve(AMQP091);
        copy(given, sources);
        Map<String, String> environment =
                Map.of(
                        "GO111MODULE",
                        "off",
                        "GOPATH",
                        path + ":" + GO_SOURCES,
                        "GOCACHE",
                        Product.home().resolve("it/target/go-build").toString());
        succeeds(
                sources,
                List.of(go.toString(), "test", "-c", "-tags=integration", "-o=amqp091.test"),
                environment);
        Run run = amqp091(sources);
        for (int again = 0; again < AGAIN_MAX && run.lost().equals(List.of(A_RACE)); again++) {
            run = amqp091(sources);
        }
        assertEquals(0, run.exit(), run.printed());
        assertTrue(run.printed().contains("--- PASS: TestRabbitMQQueueNackMulti"), run.printed());
    }

    private static Run amqp091(Path sources) throws IOException, InterruptedException {
        return run(
                sources,
                List.of(sources.resolve("amqp091.test").toString(), "-test.v"),
                Map.of("AMQP_URL", "amqp://guest:guest@127.0.0.1:" + node().port() + "/"));
    }

    /** Copies a folder without what was installed there. */
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path inner, BasicFileAttributes attributes) throws IOException {
                        if (inner.endsWith("node_modules") && !inner.equals(from)) {
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        Files.createDirectories(to.resolve(from.relativize(inner).toString()));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.copy(file, to.resolve(from.relativize(file).toString()));
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
