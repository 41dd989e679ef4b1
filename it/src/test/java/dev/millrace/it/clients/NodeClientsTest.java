package dev.millrace.it.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.server.ForeignProgram;
import dev.millrace.it.server.Program;
import dev.millrace.it.server.Scratch;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** npm's {@code ioredis}, and BullMQ's queues on it, unchanged, in their ordinary use. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodeClientsTest {
    /** What a script prints when its server is to be killed and started again. */
    private static final String RESTART = "restart";

    private final Path folder = Scratch.folder("redis-node");

    @BeforeAll
    void install() throws Exception {
        Path npm = ForeignProgram.NPM.require();
        try (Stream<Path> given = Files.list(Product.home().resolve("it/src/test/redis-node"))) {
            for (Path file : given.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Program.succeeds(
                folder,
                Map.of(),
                List.of(npm.toString(), "ci", "--no-audit", "--no-fund", "--no-update-notifier"));
    }

    @AfterAll
    void delete() {
        Scratch.delete(folder);
    }

    @Test
    void ioredis_works_also_with_a_cluster_of_one() throws Exception {
        try (Server server = SystemUnderTest.start(Setup.plain().withLoops(2));
                Product cluster =
                        Product.up(folder.resolve("cluster"), "--set", "kv.cluster=true")) {
            String clusterPort = "" + cluster.port("kv.resp.port");
            assertEquals(
                    List.of("17 passed"),
                    printed(server, "ioredis.js", "" + server.port(), clusterPort));
        }
    }

    @Test
    void bullmq_loses_no_job_also_when_the_server_is_killed() throws Exception {
        try (Server server = SystemUnderTest.start(Setup.plain().withLoops(2))) {
            assertEquals(
                    List.of(RESTART, "11 passed"),
                    printed(server, "bullmq.js", "" + server.port()));
        }
    }

    /** Runs a script to its good end, and kills and restarts its server when it says so. */
    private List<String> printed(Server server, String... words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(words));
        command.addFirst(ForeignProgram.NODE.require().toString());
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (line.equals(RESTART)) {
                    server.kill();
                    server.start();
                }
            }
            assertEquals(0, process.waitFor(), lines::toString);
        } finally {
            process.destroyForcibly();
        }
        assertTrue(!lines.isEmpty(), command.toString());
        return lines;
    }
}
