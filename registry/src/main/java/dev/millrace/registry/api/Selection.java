package dev.millrace.registry.api;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.Catalog;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.catalog.Node;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Request;
import dev.millrace.registry.state.Topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What requests say of what they want to see. */
final class Selection {
    private Selection() {}

    /**
     * Whether it is asked of this datacenter.
     *
     * @throws Refusal if not: there is no other
     */
    static void here(Request request, Agent agent) throws Refusal {
        Optional<String> other =
                request.parameter("dc")
                        .filter(dc -> !dc.isEmpty() && !dc.equals(agent.datacenter()));
        if (other.isPresent()) {
            throw Refusal.invalid("No path to datacenter");
        }
    }

    /** True if a node has all the metadata of {@code node-meta=key:value}. */
    static boolean hasMeta(Request request, Node node) {
        return request.all("node-meta").stream().allMatch(pair -> hasMeta(node.meta(), pair));
    }

    /** What was found, which nodes' metadata decide as well if the request names some. */
    static Found ofNodes(Query query, Found found) {
        if (!query.request().has("node-meta")) {
            return found;
        }
        List<Topic> topics = new ArrayList<>(found.topics());
        topics.add(Topic.of(Topic.Kind.NODES));
        long index = Math.max(found.index(), query.state().catalog().nodesIndex());
        return new Found(index, "", topics, found.reply());
    }

    private static boolean hasMeta(Map<String, String> meta, String pair) {
        int colon = pair.indexOf(':');
        String key = colon < 0 ? pair : pair.substring(0, colon);
        String value = colon < 0 ? "" : pair.substring(colon + 1);
        return value.equals(meta.get(key));
    }

    /** A flag that is on when it is there, but for a value that says no. */
    static boolean flag(Request request, String name) throws Refusal {
        Optional<String> value = request.parameter(name);
        if (value.isEmpty()) {
            return false;
        }
        return switch (value.get().toLowerCase(Locale.ROOT)) {
            case "", "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default -> throw Refusal.bad("Invalid value for ?" + name);
        };
    }

    /** Under which topic one hears of a node that was asked for by its name, or by its id. */
    static Topic topic(Optional<Host> host, String nameOrId) {
        if (host.isPresent()) {
            return Topic.of(Topic.Kind.NODE, Catalog.fold(host.get().node().name()));
        }
        return isId(nameOrId)
                ? Topic.of(Topic.Kind.NODES)
                : Topic.of(Topic.Kind.NODE, Catalog.fold(nameOrId));
    }

    private static boolean isId(String nameOrId) {
        return nameOrId.length() == 36;
    }

    /** A node by its name, or by its id. */
    static Optional<Host> host(Query query, String nameOrId) {
        Catalog catalog = query.state().catalog();
        Optional<Host> named = catalog.host(nameOrId);
        if (named.isPresent() || !isId(nameOrId)) {
            return named;
        }
        List<Host> byId =
                catalog.hosts().values().stream()
                        .filter(host -> host.node().id().equalsIgnoreCase(nameOrId))
                        .toList();
        return byId.stream().findFirst();
    }
}
