package dev.millrace.registry.state;

import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Definition;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.catalog.ServiceAddress;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.catalog.Weights;
import dev.millrace.registry.keys.Entry;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.session.Session;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Nodes, instances and checks for tests. */
final class Samples {
    private Samples() {}

    static Node node(String name, String address) {
        return new Node(
                "", name, address, Map.of("lan", address), Map.of("rack", address + "r"), 0, 0);
    }

    static Instance instance(String node, String id, String service, int port) {
        return new Instance(
                node,
                id,
                service,
                "",
                List.of("v" + port % 3, "all"),
                "",
                port,
                "",
                Map.of("wan", new ServiceAddress("192.0.2.1", port)),
                Map.of("port", String.valueOf(port)),
                new Weights(1 + port % 5, 1),
                port % 2 == 0,
                "",
                port % 2 == 1,
                0,
                0);
    }

    /** A check of a node. */
    static Check check(String node, String id, Status status) {
        return new Check(
                node,
                id,
                id,
                status,
                "notes",
                "said",
                "",
                "",
                List.of(),
                "ttl",
                Definition.of("{}"),
                true,
                0,
                0);
    }

    static Entry entry(String key, int value, String session) {
        byte[] bytes = String.valueOf(value).getBytes(StandardCharsets.UTF_8);
        return new Entry(key, Value.of(bytes), -value, session, value, 0, 0);
    }

    static Session session(String id, boolean deletes) {
        return new Session(
                id, "name", "n", 1_000_000, deletes, "10s", List.of("a"), List.of(), 0, 0);
    }
}
