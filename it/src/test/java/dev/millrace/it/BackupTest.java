package dev.millrace.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import redis.clients.jedis.Jedis;

import java.io.IOException;
import java.nio.file.Path;

/** {@code millrace backup} of a node that serves, and what comes back of it. */
class BackupTest {
    @TempDir Path scratch;

    private Product up(String folder, String only) throws IOException {
        return Product.up(scratch.resolve(folder), "--only", only);
    }

    private static void finished(String... words) throws Exception {
        Product.Run run = Product.run(words);
        assertEquals(0, run.exit(), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"kv", "kv,queue", "kv,queue,events"})
    void a_node_with_some_rooms_is_backed_up_with_all_that_it_has(String only) throws Exception {
        Path backup = scratch.resolve("backup");
        try (Product product = up("data", only);
                Jedis client = new Jedis("127.0.0.1", product.port("kv.resp.port"))) {
            client.set("greeting", "hello");
            String node = "127.0.0.1:" + product.port("admin.http.port");
            finished("backup", backup.toString(), "--node", node);
        }
        Path again = scratch.resolve("again");
        finished("restore", backup.toString(), "--data", again.toString());
        try (Product product = up("again", "kv");
                Jedis client = new Jedis("127.0.0.1", product.port("kv.resp.port"))) {
            assertEquals("hello", client.get("greeting"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue", "events"})
    void a_node_without_kv_is_backed_up_too(String only) throws Exception {
        Path backup = scratch.resolve("backup");
        try (Product product = up("data", only)) {
            String node = "127.0.0.1:" + product.port("admin.http.port");
            finished("backup", backup.toString(), "--node", node);
        }
        finished("restore", backup.toString(), "--data", scratch.resolve("again").toString());
        try (Product product = up("again", only)) {
            assertEquals(0, product.terminate());
        }
    }
}
