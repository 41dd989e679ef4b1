package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.server.Millrace;
import dev.millrace.bench.server.Ports;
import dev.millrace.bench.server.ProcessCpu;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Millrace with the registry alone, filled through Consul's HTTP API. */
final class MillraceDns implements DnsSide {
    private static final int START_MILLIS_MAX = 30_000;
    private static final int LOOK_MILLIS = 50;
    private static final int CONNECTIONS = 8;

    private final Bench bench;
    private final int port;
    private final int http;
    private final Process server;

    MillraceDns(Bench bench) throws IOException, InterruptedException {
        if (!(bench.subject() instanceof Millrace built)) {
            throw new IllegalStateException(bench.subject().name() + " (expected: Millrace)");
        }
        this.bench = bench;
        port = Ports.free();
        http = Ports.free();
        Path data = bench.workspace().directory("Millrace");
        List<String> words =
                new ArrayList<>(List.of(built.script().toString(), "up", "--data", data + ""));
        words.addAll(List.of("--only", "registry", "--set", "admin.http.port=0"));
        words.addAll(List.of("--set", "registry.http.port=" + http));
        words.addAll(List.of("--set", "registry.dns.port=" + port));
        built.settings().forEach(setting -> words.addAll(List.of("--set", setting)));
        server =
                bench.workspace()
                        .start(
                                new ProcessBuilder(DnsSide.onCore(0, words))
                                        .redirectErrorStream(true)
                                        .redirectOutput(data.resolve("out").toFile()));
        await();
        fill();
    }

    private void await() throws IOException, InterruptedException {
        for (int waited = 0; ; waited += LOOK_MILLIS) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException notYet) {
                if (waited > START_MILLIS_MAX || !server.isAlive()) {
                    throw new IOException("Millrace: does not serve", notYet);
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
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
                                    URI.create("http://127.0.0.1:" + http + "/v1/catalog/register"))
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
        double sum = ProcessCpu.of(server.pid()).ownMicros();
        for (ProcessHandle child : server.descendants().toList()) {
            sum += ProcessCpu.of(child.pid()).ownMicros();
        }
        return sum;
    }

    @Override
    public void close() {
        List<ProcessHandle> children = server.descendants().toList();
        bench.workspace().end(server);
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
