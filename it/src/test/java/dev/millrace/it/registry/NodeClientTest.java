package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.it.Product;
import dev.millrace.it.server.ForeignProgram;
import dev.millrace.it.server.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** npm's {@code consul}, unchanged, in its ordinary use. */
class NodeClientTest {
    private static final String SCRIPT = "ordinary-use.js";

    @TempDir Path folder;

    @Test
    void it_registers_watches_locks_and_commits() throws Exception {
        Path node = ForeignProgram.NODE.require();
        Path npm = ForeignProgram.NPM.require();
        Path given = Product.home().resolve("it/src/test/registry-node");
        for (String name : List.of("package.json", "package-lock.json", SCRIPT)) {
            Files.copy(given.resolve(name), folder.resolve(name));
        }
        Program.succeeds(
                folder,
                Map.of(),
                List.of(npm.toString(), "ci", "--no-audit", "--no-fund", "--no-update-notifier"));
        try (Product product = Product.up(folder.resolve("data"), "--only", "registry")) {
            String port = "" + product.port("registry.http.port");
            String printed =
                    Program.succeeds(folder, Map.of(), List.of(node.toString(), SCRIPT, port));
            assertEquals("9 passed", printed.strip());
        }
    }
}
