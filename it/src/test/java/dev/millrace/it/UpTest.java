package dev.millrace.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

class UpTest {
    @TempDir Path data;

    @Test
    void it_says_what_listens_where_and_is_ready_then() throws Exception {
        try (Product product = Product.up(data);
                HttpClient client = HttpClient.newHttpClient()) {
            URI ready =
                    URI.create(
                            "http://127.0.0.1:"
                                    + product.port("admin.http.port")
                                    + "/health/ready");
            assertEquals(
                    "ready\n",
                    client.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString())
                            .body());
        }
    }

    @Test
    void sigterm_is_an_ordered_stop() throws Exception {
        try (Product product = Product.up(data)) {
            assertEquals(0, product.terminate());
        }
    }

    @Test
    void a_second_process_on_the_same_data_is_told_who_has_it() throws Exception {
        try (Product first = Product.up(data)) {
            Product.Run second =
                    Product.run("up", "--data", data.toString(), "--set", "admin.http.port=0");
            assertEquals(69, second.exit(), second.out());
            assertTrue(second.out().contains("in use by process " + first.pid()), second.out());
        }
    }

    @Test
    void a_killed_process_leaves_no_lock_behind() throws Exception {
        try (Product first = Product.up(data)) {
            first.kill();
        }
        try (Product second = Product.up(data)) {
            assertEquals(0, second.terminate());
        }
    }
}
