package dev.millrace.registry.state;

import dev.millrace.registry.acl.Grants;
import dev.millrace.registry.acl.NodeIdentity;
import dev.millrace.registry.acl.Policy;
import dev.millrace.registry.acl.Role;
import dev.millrace.registry.acl.ServiceIdentity;
import dev.millrace.registry.acl.Token;
import dev.millrace.registry.catalog.Check;
import dev.millrace.registry.catalog.Instance;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.catalog.ServiceAddress;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.catalog.Weights;
import dev.millrace.registry.event.UserEvent;
import dev.millrace.registry.keys.Entry;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.query.Failover;
import dev.millrace.registry.query.FailoverTarget;
import dev.millrace.registry.query.PreparedQuery;
import dev.millrace.registry.query.ServiceQuery;
import dev.millrace.registry.query.Template;
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
                node, id, id, status, "notes", "said", "", "", List.of(), "ttl", "{}", true, 0, 0);
    }

    static Entry entry(String key, int value, String session) {
        byte[] bytes = String.valueOf(value).getBytes(StandardCharsets.UTF_8);
        return new Entry(key, Value.of(bytes), -value, session, value, 0, 0);
    }

    static Session session(String id, boolean deletes) {
        return new Session(
                id, "name", "n", 1_000_000, deletes, "10s", List.of("a"), List.of(), 0, 0);
    }

    static Policy policy(String id, int value) {
        return new Policy(
                id, "P" + id + value, "d", "operator = \"read\"", List.of("dc" + value), 0, 0);
    }

    static Role role(String id, int value) {
        return new Role(id, "R" + id, "d" + value, grants("p" + value), 0, 0);
    }

    static Token token(String accessor, int value) {
        return new Token(
                accessor,
                "secret of " + accessor,
                "d",
                grants("p" + value),
                List.of("r" + value),
                value % 2 == 0,
                value,
                value * 1_000L,
                0,
                0);
    }

    private static Grants grants(String policy) {
        return new Grants(
                List.of(policy),
                List.of(new ServiceIdentity("web", List.of("dc1"))),
                List.of(new NodeIdentity("n", "dc1")));
    }

    /** Without a name, a template, or neither. */
    static PreparedQuery query(String id, int value, String session) {
        return new PreparedQuery(
                id,
                value % 3 == 0 ? "" : "Q" + id,
                session,
                "secret",
                new ServiceQuery(
                        "web-${name.suffix}",
                        new Failover(
                                value,
                                List.of("dc2"),
                                List.of(new FailoverTarget("p", "dc1", "s", List.of("t")))),
                        true,
                        List.of("c"),
                        "n",
                        List.of("v" + value),
                        Map.of("a", "b"),
                        Map.of("c", "d"),
                        false),
                "10s",
                value % 3 == 1 ? new Template(Template.BY_PREFIX, "(.*)", true) : Template.NONE,
                0,
                0);
    }

    static UserEvent event(int value) {
        byte[] payload = String.valueOf(value).getBytes(StandardCharsets.UTF_8);
        return new UserEvent("e" + value, "deploy", Value.of(payload), "n", "s", "t", 0, 0);
    }
}
