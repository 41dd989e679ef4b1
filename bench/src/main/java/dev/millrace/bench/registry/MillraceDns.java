package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.server.OneRoom;
import dev.millrace.bench.server.Ports;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Millrace with the registry alone, filled through Consul's HTTP API. */
final class MillraceDns implements DnsSide {
    private static final int CONNECTIONS = 8;

    private final int port = Ports.free();
    private final OneRoom node;

    MillraceDns(Bench bench) throws IOException, InterruptedException {
        node =
                new OneRoom(
                        bench.workspace(),
                        bench.subject(),
                        "registry",
                        "registry.http.port",
                        List.of("registry.dns.port=" + port),
                        words -> DnsSide.onCore(0, words));
        fill();
    }

    private void fill() throws IOException, InterruptedException {
        try (HttpClient client =
                        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<?>> parts = new ArrayList<>();
            for (int part = 0; part < CONNECTIONS; part++) {
                int first = part;
                parts.add(
                        threads.submit(
                                () -> {
                                    for (int i = first; i < SERVICES; i += CONNECTIONS) {
                                        register(client, i);
                                    }
                                    return first;
                                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        } catch (ExecutionException failure) {
            throw new IOException("Millrace: cannot be filled", failure);
        }
    }

    private void register(HttpClient client, int service) throws IOException, InterruptedException {
        for (int i = 0; i < INSTANCES; i++) {
            String body =
                    """
                    {"Node":"%s","Address":"%s","Service":{"Service":"s%d","Port":%d}}"""
                            .formatted(
                                    DnsSide.node(service, i),
                                    DnsSide.address(service, i),
                                    service,
                                    DnsSide.servicePort(i));
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://127.0.0.1:"
                                                    + node.port()
                                                    + "/v1/catalog/register"))
                            .PUT(HttpRequest.BodyPublishers.ofString(body))
                            .build();
            int status = client.send(request, BodyHandlers.discarding()).statusCode();
            if (status != 200) {
                throw new IOException("register: " + status + " (expected: 200)");
            }
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public double cpuMicros() throws IOException {
        return node.cpuMicros();
    }

    @Override
    public void close() {
        node.close();
    }
}
