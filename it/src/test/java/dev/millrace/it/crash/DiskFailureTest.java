package dev.millrace.it.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.resp.Reply;
import dev.millrace.it.resp.RespConnection;
import dev.millrace.it.server.Await;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The real process on a disk that fails or is full: what it says, what it keeps to itself. */
class DiskFailureTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int VALUE_BYTES = 32 * 1024;
    private static final String PUSHED_BACK = "millrace_journal_pushed_back_total";
    private static final long SMALL_BYTES = 8 << 20;

    @TempDir Path scratch;

    private Path data;

    @BeforeEach
    void makeFolder() throws IOException {
        data = Files.createDirectory(scratch.resolve("data"));
    }

    /** A node of this test. */
    private static final class Node implements AutoCloseable {
        private final Product product;
        private final HttpClient http = HttpClient.newHttpClient();

        Node(Path data, String sync, String lowWater) throws IOException {
            product =
                    Product.up(
                            data,
                            "--set",
                            "kv.sync=" + sync,
                            "--set",
                            "journal.segment-bytes=524288",
                            "--set",
                            "journal.spares=1",
                            "--set",
                            "journal.low-water-bytes=" + lowWater);
        }

        RespConnection connect() throws IOException {
            return RespConnection.open(product.port("kv.resp.port"));
        }

        HttpResponse<String> ready() {
            return get("/health/ready");
        }

        /** A number among the metrics. */
        double metric(String name) {
            return get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .sum();
        }

        private HttpResponse<String> get(String path) {
            String address = "http://127.0.0.1:" + product.port("admin.http.port");
            HttpRequest request = HttpRequest.newBuilder(URI.create(address + path)).build();
            try {
                return http.send(request, BodyHandlers.ofString());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupt);
            }
        }

        void awaitReady(int status, String reason) {
            Await.until(
                    () -> status + " for " + reason + ", but " + ready().body(),
                    PATIENCE,
                    () -> ready().statusCode() == status && ready().body().contains(reason));
        }

        @Override
        public void close() throws IOException {
            product.close();
            http.close();
        }
    }

    private static String call(RespConnection connection, String... words) throws IOException {
        Reply reply = connection.call(words).reply();
        return switch (reply) {
            case Reply.Failure failure -> failure.text();
            case Reply.Whole number -> "" + number.number();
            default -> reply.text();
        };
    }

    @Test
    void after_a_failed_sync_nothing_is_acknowledged_and_what_was_is_there_again()
            throws Exception {
        List<String> acknowledged = new ArrayList<>();
        try (Node node = new Node(data, "always", "0");
                RespConnection writer = node.connect();
                RespConnection reader = node.connect()) {
            for (int i = 0; i < 100; i++) {
                assertEquals("OK", call(writer, "SET", "key:" + i, "value " + i));
                acknowledged.add("key:" + i);
            }
            try (BrokenDisk disk = BrokenDisk.under(node.product.pid(), scratch)) {
                writer.send(List.of("SET", "key:0", "lost"));
                node.awaitReady(503, "journal: failed: ");
                assertTrue(node.ready().body().contains("Input/output error"), node.ready().body());
                assertEquals("value 7", call(reader, "GET", "key:7"));
                String refused = call(reader, "SET", "key:7", "refused");
                assertTrue(refused.startsWith("MISCONF "), refused);
                assertTrue(refused.contains("Input/output error"), refused);
                assertEquals("value 7", call(reader, "GET", "key:7"));
                // A reply that shows what was never confirmed does not leave either.
                reader.send(List.of("GET", "key:0"));
                assertEquals("value 8", asStranger(node, "key:8"));
                assertFalse(writer.hasMore());
                assertFalse(reader.hasMore());
                assertTrue(disk.isAttached());
            }
            node.awaitReady(503, "journal: failed: ");
            node.product.kill();
            assertTrue(writer.closedByPeer(), "the reply was never sent");
            assertTrue(reader.closedByPeer(), "the reply was never sent");
        }
        try (Node node = new Node(data, "always", "0");
                RespConnection reader = node.connect()) {
            for (String key : acknowledged.subList(1, acknowledged.size())) {
                assertEquals("value " + key.substring(4), call(reader, "GET", key));
            }
            assertTrue(List.of("value 0", "lost").contains(call(reader, "GET", "key:0")));
            assertEquals("OK", call(reader, "SET", "key:0", "again"));
            node.awaitReady(200, "ready");
        }
    }

    private static String asStranger(Node node, String key) throws IOException {
        try (RespConnection stranger = node.connect()) {
            return call(stranger, "GET", key);
        }
    }

    @Test
    void a_full_disk_refuses_writes_until_there_is_room_and_loses_nothing() throws Exception {
        List<String> acknowledged = new ArrayList<>();
        try (SmallDisk disk = SmallDisk.at(data, SMALL_BYTES)) {
            try (Node node = new Node(data, "everysec", "0");
                    RespConnection client = node.connect()) {
                String refused = fill(client, acknowledged);
                assertTrue(refused.startsWith("MISCONF "), refused);
                assertTrue(refused.contains("no room"), refused);
                node.awaitReady(503, "journal: full: ");
                assertEquals(value(0), call(client, "GET", "key:0"));
                disk.resize(SMALL_BYTES * 4);
                node.awaitReady(200, "ready");
                assertEquals("OK", call(client, "SET", "later", "1"));
                acknowledged.add("later");
                node.product.kill();
            }
            try (Node node = new Node(data, "everysec", "0");
                    RespConnection client = node.connect()) {
                for (int i = 0; i < acknowledged.size() - 1; i++) {
                    assertEquals(value(i), call(client, "GET", "key:" + i));
                }
                assertEquals("1", call(client, "GET", "later"));
                assertEquals("" + acknowledged.size(), call(client, "DBSIZE"));
            }
        }
    }

    @Test
    void a_node_whose_record_is_lost_ends_with_an_io_error_and_shows_nothing() throws Exception {
        try (Node node = new Node(data, "os", "0"); // under os nothing else looks at the files
                RespConnection client = node.connect()) {
            assertEquals("OK", call(client, "SET", "key:1", "1"));
            for (Path file : filesIn(data.resolve("journal"))) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                }
            }
            client.send(List.of("SET", "key:1", "2"));
            assertEquals(74, node.product.awaitEnd());
            assertTrue(client.closedByPeer(), "nothing was answered");
        }
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void below_the_low_water_mark_who_writes_is_slowed_and_who_reads_is_not() throws Exception {
        String moreThanThereIs = "" + (1L << 60);
        try (Node node = new Node(data, "everysec", moreThanThereIs);
                RespConnection client = node.connect()) {
            node.awaitReady(200, "warning: journal: little room");
            double before = node.metric(PUSHED_BACK);
            for (int i = 0; i < 5; i++) {
                assertEquals("OK", call(client, "SET", "key:" + i, "1"));
            }
            assertEquals(before + 5, node.metric(PUSHED_BACK));
            for (int i = 0; i < 20; i++) {
                assertEquals("1", call(client, "GET", "key:1"));
            }
            assertEquals("0", call(client, "DEL", "nothing"));
            assertEquals(before + 5, node.metric(PUSHED_BACK));
        }
    }

    /** Writes until a write is refused; returns what the refusal says. */
    private static String fill(RespConnection client, List<String> acknowledged)
            throws IOException {
        for (int i = 0; i * (long) VALUE_BYTES < 2 * SMALL_BYTES; i++) {
            String reply = call(client, "SET", "key:" + i, value(i));
            if (!reply.equals("OK")) {
                return reply;
            }
            acknowledged.add("key:" + i);
        }
        throw new AssertionError("more was written than there is room for");
    }

    private static String value(int number) {
        return ("value " + number + " ").repeat(VALUE_BYTES / 16);
    }
}
