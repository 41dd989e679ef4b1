package dev.millrace.bench.registry;

import dev.millrace.bench.kv.Bench;
import dev.millrace.bench.server.OneRoom;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Millrace with the registry alone. */
final class RegistryServer implements AutoCloseable {
    /** So many services of so many instances are what the rows are about. */
    static final int SERVICES = 10_000;

    static final int INSTANCES = 5;

    private final OneRoom node;

    RegistryServer(Bench bench, List<String> settings) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(settings);
        all.add("registry.dns.port=0");
        node =
                new OneRoom(
                        bench.workspace(),
                        bench.subject(),
                        "registry",
                        "registry.http.port",
                        all,
                        UnaryOperator.identity());
    }

    int port() {
        return node.port();
    }

    double cpuMicros() throws IOException {
        return node.cpuMicros();
    }

    long residentBytes() throws IOException {
        return node.residentBytes();
    }

    @Override
    public void close() {
        node.close();
    }
}
