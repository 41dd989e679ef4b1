package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;

import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.ReadAllOptions;
import io.kurrent.dbclient.ReadStreamOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code millrace events scavenge}. */
class ScavengeTest {
    private static final int EVENTS = 40;

    @TempDir Path data;

    private static KurrentDBClient connect(Product product) {
        return KurrentDBClient.create(
                KurrentDBConnectionString.parseOrThrow(
                        "kurrentdb://127.0.0.1:"
                                + product.port("events.grpc.port")
                                + "?tls=false"));
    }

    private Product up() throws Exception {
        return Product.up(data, "--only", "events", "--set", "events.memory-bytes=8388608");
    }

    private static void append(KurrentDBClient client, String stream) throws Exception {
        for (int i = 0; i < EVENTS; i++) {
            client.appendToStream(
                            stream,
                            AppendToStreamOptions.get(),
                            List.of(EventDataBuilder.binary("large", new byte[1 << 20]).build())
                                    .iterator())
                    .get();
        }
    }

    private static int count(KurrentDBClient client, String stream) throws Exception {
        return client.readStream(stream, ReadStreamOptions.get().fromStart().maxCount(1_000))
                .get()
                .getEvents()
                .size();
    }

    @Test
    void what_was_deleted_leaves_the_disk_and_what_was_not_is_read_as_before() throws Exception {
        try (Product product = up()) {
            KurrentDBClient client = connect(product);
            append(client, "gone-1");
            append(client, "stays-1");
            client.deleteStream("gone-1").get();
            Product.Run run =
                    Product.run(
                            "events",
                            "scavenge",
                            "--node",
                            "127.0.0.1:" + product.port("admin.http.port"));
            assertEquals(0, run.exit(), run::out);
            Matcher done =
                    Pattern.compile("done: (\\d+) files, (\\d+) events, (\\d+) bytes\\s*")
                            .matcher(run.out());
            assertTrue(done.matches(), run::out);
            assertTrue(Integer.parseInt(done.group(2)) >= EVENTS / 2, run::out);
            expect(client);
            client.shutdown().get();
            product.kill();
        }
        try (Product product = up()) {
            KurrentDBClient client = connect(product);
            expect(client);
            client.shutdown().get();
        }
    }

    private static void expect(KurrentDBClient client) throws Exception {
        assertEquals(EVENTS, count(client, "stays-1"));
        long stays =
                client
                        .readAll(ReadAllOptions.get().fromStart().maxCount(1_000))
                        .get()
                        .getEvents()
                        .stream()
                        .filter(event -> event.getEvent().getStreamId().equals("stays-1"))
                        .count();
        assertEquals(EVENTS, stays);
    }
}
