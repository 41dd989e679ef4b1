package dev.millrace.bench.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Registers services with the agent, over some connections, each one after the other. */
final class Registering {
    private static final int CONNECTIONS = 8;
    private static final int PORT = 8_000;

    private Registering() {}

    /** The request that registers an instance. */
    static byte[] request(int service, int instance, int port) {
        return HttpTalk.put(
                "agent/service/register",
                """
                {"ID":"s%d-%d","Name":"s%d","Tags":["v1"],"Address":"10.0.%d.%d","Port":%d,\
                "Meta":{"zone":"a"}}"""
                        .formatted(service, instance, service, service & 0xff, instance + 1, port));
    }

    /**
     * All services of all instances.
     *
     * @return how long it took in seconds
     */
    static double all(int port, int services, int instances)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<Integer>> parts = new ArrayList<>();
            for (int part = 0; part < CONNECTIONS; part++) {
                int first = part;
                parts.add(threads.submit(() -> some(port, first, services, instances)));
            }
            for (Future<Integer> part : parts) {
                part.get();
            }
        } catch (ExecutionException failure) {
            throw new IOException("registering: " + failure, failure);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static int some(int port, int first, int services, int instances) throws IOException {
        try (HttpTalk talk = new HttpTalk(port)) {
            for (int service = first; service < services; service += CONNECTIONS) {
                for (int i = 0; i < instances; i++) {
                    talk.ask(request(service, i, PORT));
                }
            }
        }
        return first;
    }
}
