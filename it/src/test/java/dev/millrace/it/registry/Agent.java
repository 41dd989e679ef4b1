package dev.millrace.it.registry;

import dev.millrace.it.Product;
import dev.millrace.it.server.Await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/** A running product with its registry, spoken to as with curl. */
final class Agent implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Product product;
    private final String base;

    private Agent(Product product) {
        this.product = product;
        this.base = "http://127.0.0.1:" + product.port("registry.http.port") + "/v1/";
    }

    /** What its checks hear is told at once, even if their status is the same. */
    static Agent up(Path data) throws IOException {
        return new Agent(
                Product.up(
                        data,
                        "--set",
                        "registry.http.port=0",
                        "--set",
                        "registry.dns.port=0",
                        "--set",
                        "registry.check-update-interval=1ms"));
    }

    int dnsPort() {
        return product.port("registry.dns.port");
    }

    /** Registers a service with one check. */
    void register(String service, String check) {
        String answer =
                send(
                        HttpRequest.newBuilder(uri("agent/service/register"))
                                .PUT(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"Name\":\""
                                                        + service
                                                        + "\",\"Port\":1,\"Check\":"
                                                        + check
                                                        + "}")));
        if (!answer.isEmpty()) {
            throw new AssertionError(answer);
        }
    }

    String get(String path) {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    /** The index of an answer, for those who wait for the next. */
    String index(String path) {
        return response(HttpRequest.newBuilder(uri(path)))
                .headers()
                .firstValue("X-Consul-Index")
                .orElseThrow();
    }

    void awaitPassing(String service) {
        awaitHealth(service, "\"Status\":\"passing\"", "?passing");
    }

    void awaitCritical(String service, String output) {
        awaitHealth(service, output, "");
    }

    private void awaitHealth(String service, String text, String query) {
        String path = "health/service/" + service + query;
        Await.until(() -> text + " in " + get(path), PATIENCE, () -> get(path).contains(text));
    }

    private URI uri(String path) {
        return URI.create(base + path);
    }

    private String send(HttpRequest.Builder request) {
        return response(request).body();
    }

    private HttpResponse<String> response(HttpRequest.Builder request) {
        try {
            return client.send(
                    request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupt);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        product.close();
    }
}
