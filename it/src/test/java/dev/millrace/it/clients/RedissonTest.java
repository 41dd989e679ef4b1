package dev.millrace.it.clients;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.server.Program;
import dev.millrace.it.server.Server;
import dev.millrace.it.server.Setup;
import dev.millrace.it.server.SystemUnderTest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Redisson, two clients in a process of its own: locks, queues, caches and what else it makes. */
class RedissonTest {
    @TempDir Path data;
    @TempDir Path scratch;

    @Test
    void its_objects_work_with_one_server() throws Exception {
        try (Server server = SystemUnderTest.start(Setup.plain().withLoops(2))) {
            ordinaryUse("single", server.port());
        }
    }

    @Test
    void its_objects_work_with_a_cluster_of_one() throws Exception {
        try (Product product = Product.up(data, "--set", "kv.cluster=true")) {
            ordinaryUse("cluster", product.port("kv.resp.port"));
        }
    }

    private void ordinaryUse(String mode, int port) throws IOException, InterruptedException {
        Path it = Product.home().resolve("it");
        String printed =
                Program.succeeds(
                        scratch,
                        Map.of(),
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                it.resolve("target/redisson") + "/*",
                                it.resolve("src/test/redisson/OrdinaryUse.java").toString(),
                                mode,
                                "" + port));
        assertTrue(printed.contains("17 passed"), printed);
    }
}
