package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.server.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Orbitz's consul-client, in a process of its own. */
class OrbitzClientTest {
    @TempDir Path data;
    @TempDir Path scratch;

    @Test
    void it_registers_watches_locks_and_commits() throws Exception {
        Path it = Product.home().resolve("it");
        try (Product product = Product.up(data, "--only", "registry")) {
            String printed =
                    Program.succeeds(
                            scratch,
                            Map.of(),
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                    "-cp",
                                    it.resolve("target/orbitz-consul") + "/*",
                                    it.resolve("src/test/orbitz-consul/OrdinaryUse.java")
                                            .toString(),
                                    "" + product.port("registry.http.port")));
            assertTrue(printed.contains("9 passed"), printed);
        }
    }
}
