package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.it.Product;
import dev.millrace.it.server.ForeignProgram;
import dev.millrace.it.server.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** KurrentDB's and EventStoreDB's clients for Node.js, unchanged, in their ordinary use. */
class NodeClientsTest {
    private static final String SCRIPT = "ordinary-use.js";

    @TempDir Path folder;

    @Test
    void both_append_read_subscribe_and_share_work() throws Exception {
        Path node = ForeignProgram.NODE.require();
        install();
        uses(node, "@kurrent/kurrentdb-client", "kurrentdb");
        uses(node, "@eventstore/db-client", "esdb");
    }

    private void install() throws Exception {
        Path npm = ForeignProgram.NPM.require();
        Path given = Product.home().resolve("it/src/test/events-node");
        for (String name : List.of("package.json", "package-lock.json", SCRIPT)) {
            Files.copy(given.resolve(name), folder.resolve(name));
        }
        Program.succeeds(
                folder,
                Map.of(),
                List.of(npm.toString(), "ci", "--no-audit", "--no-fund", "--no-update-notifier"));
    }

    private void uses(Path node, String module, String scheme)
            throws IOException, InterruptedException {
        Path data = folder.resolve(scheme);
        try (Product product = Product.up(data, "--only", "events")) {
            String printed =
                    Program.succeeds(
                            folder,
                            Map.of(),
                            List.of(
                                    node.toString(),
                                    SCRIPT,
                                    module,
                                    scheme
                                            + "://127.0.0.1:"
                                            + product.port("events.grpc.port")
                                            + "?tls=false"));
            assertEquals("14 passed", printed.strip(), module);
        }
    }
}
