package dev.millrace.it.queue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.server.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** nsq-client (brainlag), in a process of its own. */
class NsqClientTest {
    @TempDir Path data;
    @TempDir Path scratch;

    @Test
    void three_hundred_messages_arrive_and_those_given_back_come_again() throws Exception {
        Path it = Product.home().resolve("it");
        try (Product product = Product.up(data, "--only", "queue")) {
            String printed =
                    Program.succeeds(
                            scratch,
                            Map.of(),
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                    "-cp",
                                    it.resolve("target/nsq-client") + "/*",
                                    it.resolve("src/test/nsq-client/RoundTrip.java").toString(),
                                    "" + product.port("queue.nsq.port"),
                                    "" + product.port("queue.nsqlookup.http.port")));
            assertTrue(printed.contains("arrived 300 of 300"), printed);
        }
    }
}
