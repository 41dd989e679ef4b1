package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;

import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** {@code millrace events replay}. */
class ReplayTest {
    @TempDir Path data;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static EventData json(String text) {
        return EventDataBuilder.json(new UUID(1, 2), "placed", bytes(text)).build();
    }

    private static void append(KurrentDBClient client, String stream, EventData... events)
            throws Exception {
        client.appendToStream(stream, AppendToStreamOptions.get(), List.of(events).iterator())
                .get();
    }

    private static KurrentDBClient connect(Product product) {
        return KurrentDBClient.create(
                KurrentDBConnectionString.parseOrThrow(
                        "kurrentdb://127.0.0.1:"
                                + product.port("events.grpc.port")
                                + "?tls=false"));
    }

    private static String node(Product product) {
        return "127.0.0.1:" + product.port("admin.http.port");
    }

    private static List<String> replay(Product product, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("events", "replay"));
        all.addAll(List.of(words));
        all.addAll(List.of("--node", node(product)));
        Product.Run run = Product.run(all.toArray(String[]::new));
        assertEquals(0, run.exit(), run.out());
        return run.out().lines().toList();
    }

    @Test
    void every_event_is_a_line_with_data_as_it_is_if_it_is_json() throws Exception {
        try (Product product = Product.up(data, "--only", "events")) {
            KurrentDBClient client = connect(product);
            append(client, "order-1", json("{\"n\": 1, \"by\": [\"me\"]}"), json("\"text\""));
            append(client, "order-2", EventDataBuilder.binary("bin", bytes("{no")).build());
            List<String> lines = replay(product, "order-1");
            assertTrue(
                    lines.getFirst()
                            .matches(
                                    "\\{\"stream\":\"order-1\",\"revision\":0,\"position\":1,"
                                            + "\"id\":\"00000000-0000-0001-0000-000000000002\","
                                            + "\"type\":\"placed\",\"time\":\"[-0-9T:.]+Z\","
                                            + "\"data\":\\{\"n\":1,\"by\":\\[\"me\"]},"
                                            + "\"meta\":null}"),
                    lines::toString);
            assertTrue(lines.get(1).contains("\"data\":\"text\""), lines::toString);
            List<String> all = replay(product, "$all");
            assertEquals(3, all.size());
            assertTrue(all.get(2).contains("\"data\":\"e25v\""), all::toString);
            assertEquals(all.subList(1, 3), replay(product, "$all", "--from", "2"));
            assertEquals(lines.subList(1, 2), replay(product, "order-1", "--from", "1"));
            client.shutdown().get();
        }
    }

    @Test
    void thousands_come_in_order_and_who_follows_gets_what_comes() throws Exception {
        try (Product product = Product.up(data, "--only", "events")) {
            KurrentDBClient client = connect(product);
            for (int i = 0; i < 20; i++) {
                EventData[] events = new EventData[100];
                for (int j = 0; j < events.length; j++) {
                    events[j] =
                            EventDataBuilder.json("t", bytes("{\"n\":" + (100 * i + j) + "}"))
                                    .build();
                }
                append(client, "many", events);
            }
            List<String> lines = replay(product, "many");
            assertEquals(2_000, lines.size());
            for (int i = 0; i < lines.size(); i++) {
                assertTrue(lines.get(i).contains("\"data\":{\"n\":" + i + "}"), lines.get(i));
            }
            Process following =
                    Product.process(
                                    List.of(
                                            "events",
                                            "replay",
                                            "many",
                                            "--from",
                                            "1999",
                                            "--follow",
                                            "--node",
                                            node(product)))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            try (BufferedReader out =
                    new BufferedReader(
                            new InputStreamReader(
                                    following.getInputStream(), StandardCharsets.UTF_8))) {
                assertTrue(out.readLine().contains("{\"n\":1999}"));
                append(client, "many", EventDataBuilder.json("t", bytes("{\"n\":2000}")).build());
                assertTrue(out.readLine().contains("{\"n\":2000}"));
            } finally {
                following.destroyForcibly().onExit().join();
            }
            client.shutdown().get();
        }
    }

    @Test
    void a_stream_that_is_not_there_and_a_node_that_is_not_there_are_told() throws Exception {
        try (Product product = Product.up(data, "--only", "events")) {
            Product.Run none = Product.run("events", "replay", "nothing", "--node", node(product));
            assertEquals(64, none.exit());
            assertTrue(none.out().contains("nothing (expected: one that is there)"), none::out);
            Product.Run bad =
                    Product.run("events", "replay", "s", "--from", "x", "--node", node(product));
            assertEquals(64, bad.exit());
        }
        Product.Run nobody = Product.run("events", "replay", "s", "--node", "127.0.0.1:1");
        assertEquals(69, nobody.exit(), nobody::out);
    }

    @Test
    void a_stopped_nodes_events_are_the_same_lines_and_a_running_nodes_are_refused()
            throws Exception {
        List<String> online;
        List<String> category;
        try (Product product = Product.up(data, "--only", "kv,events")) {
            KurrentDBClient client = connect(product);
            append(client, "order-1", json("{\"n\":1}"), json("{\"n\":2}"));
            append(client, "order-2", json("{\"n\":3}"));
            client.deleteStream("order-2").get();
            online = replay(product, "$all");
            category = replay(product, "$ce-order");
            Product.Run taken = Product.run("events", "replay", "$all", "--data", data.toString());
            assertEquals(69, taken.exit());
            assertTrue(taken.out().contains("in use by process"), taken::out);
            client.shutdown().get();
            product.kill();
        }
        assertEquals(online, stored("$all"));
        assertEquals(online.subList(2, 4), stored("$all", "--from", "3"));
        assertEquals(online.subList(1, 2), stored("order-1", "--from", "1"));
        assertEquals(category, stored("$ce-order"));
        Product.Run gone = Product.run("events", "replay", "order-2", "--data", data.toString());
        assertEquals(64, gone.exit());
        Product.Run nothing =
                Product.run("events", "replay", "$all", "--data", data.resolve("no").toString());
        assertEquals(66, nothing.exit());
    }

    private List<String> stored(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("events", "replay"));
        all.addAll(List.of(words));
        all.addAll(List.of("--data", data.toString()));
        Product.Run run = Product.run(all.toArray(String[]::new));
        assertEquals(0, run.exit(), run.out());
        return run.out().lines().toList();
    }
}
