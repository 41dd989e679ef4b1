package dev.millrace.it.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.orders.Service;
import dev.millrace.it.Product;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/** The example {@code examples/orders}: its database is deleted while it runs. */
class OrdersExampleTest {
    private static final int ORDERS = 100;
    private static final int LOOKS_MAX = 600;
    private static final int LOOK_MILLIS = 50;

    @TempDir Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private int port;

    private HttpResponse<String> ask(String method, String path)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private int post(String path) throws IOException, InterruptedException {
        return ask("POST", path).statusCode();
    }

    /** The view follows the events: it is asked until it says what is expected. */
    private void awaitOrders(String expected) throws IOException, InterruptedException {
        String found = "";
        for (int i = 0; i < LOOKS_MAX && !found.equals(expected); i++) {
            found = ask("GET", "/orders").body();
            Thread.sleep(LOOK_MILLIS);
        }
        assertEquals(expected, found);
    }

    @Test
    void a_database_that_is_deleted_while_the_service_runs_comes_back_by_replay() throws Exception {
        Path database = folder.resolve("orders");
        Path file = folder.resolve("orders.mv.db");
        StringBuilder expected = new StringBuilder();
        try (Product product = Product.up(folder.resolve("data"), "--only", "events");
                Service service =
                        new Service(
                                "kurrentdb://127.0.0.1:"
                                        + product.port("events.grpc.port")
                                        + "?tls=false",
                                database,
                                0)) {
            port = service.port();
            for (int i = 100; i < 100 + ORDERS; i++) {
                assertEquals(201, post("/orders/" + i + "?item=book&amount=" + i));
                assertEquals(409, post("/orders/" + i + "?item=other&amount=1"));
                boolean ships = i % 3 == 0;
                if (ships) {
                    assertEquals(204, post("/orders/" + i + "/shipped"));
                    assertEquals(409, post("/orders/" + i + "/shipped"));
                }
                expected.append(i).append(" book ").append(i);
                expected.append(ships ? " shipped\n" : " placed\n");
            }
            awaitOrders(expected.toString());
            Files.delete(file);
            awaitOrders(expected.toString());
            assertTrue(Files.exists(file));
            assertEquals(201, post("/orders/900?item=pen&amount=3"));
            awaitOrders(expected + "900 pen 3 placed\n");
        }
        try (Product product = Product.up(folder.resolve("data"), "--only", "events");
                Service again =
                        new Service(
                                "kurrentdb://127.0.0.1:"
                                        + product.port("events.grpc.port")
                                        + "?tls=false",
                                database,
                                0)) {
            port = again.port();
            awaitOrders(expected + "900 pen 3 placed\n");
        }
    }
}
