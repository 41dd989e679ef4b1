package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.effect.DropTree;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Request;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.keys.Entry;
import dev.millrace.registry.keys.Keys;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.state.Topic;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** {@code /v1/kv/}: keys and their values (Consul: KV store HTTP API). */
final class KeyRoutes {
    private static final String PATH = "/v1/kv/";

    private final Agent agent;
    private final InstantSource clock;

    KeyRoutes(Agent agent, InstantSource clock) {
        this.agent = agent;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get(PATH, this::get),
                Route.put(PATH, this::put),
                Route.delete(PATH, this::delete));
    }

    private static boolean may(Query query, Rights.Access access, String key) {
        return query.rights().allow(Rights.Resource.KEY, access, key);
    }

    private static void vet(Query query, Rights.Access access, String key) throws Refusal {
        Vet.named(query, Rights.Resource.KEY, access, key);
    }

    // ---- Reading

    private Found get(Query query) throws Refusal {
        Request request = query.request();
        Selection.here(request, agent);
        if (request.has("keys")) {
            return keys(query);
        }
        if (request.has("recurse")) {
            return tree(query);
        }
        return one(query);
    }

    private Found one(Query query) throws Refusal {
        String key = query.request().required("Missing key name");
        vet(query, Rights.Access.READ, key);
        Keys keys = query.state().keys();
        Optional<Entry> entry = keys.entry(key);
        Topic topic = Topic.of(Topic.Kind.KEY, key);
        if (entry.isEmpty()) {
            return Found.of(keys.index(key), topic, nothing());
        }
        Reply reply = query.request().has("raw") ? raw(entry.get()) : entries(List.of(entry.get()));
        return Found.of(keys.index(key), topic, reply);
    }

    private static Reply nothing() {
        return Reply.text(404, "");
    }

    private static Reply raw(Entry entry) {
        return Reply.plain(200, entry.value().bytes(), "text/plain; charset=utf-8")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Security-Policy", "sandbox");
    }

    private static Reply entries(Collection<Entry> entries) {
        return Reply.json(
                out -> {
                    out.writeStartArray();
                    for (Entry entry : entries) {
                        put(out, entry, true);
                    }
                    out.writeEndArray();
                });
    }

    /** An entry (DirEntry). */
    static void put(JsonGenerator out, Entry entry, boolean withValue) throws IOException {
        out.writeStartObject();
        out.writeNumberField("LockIndex", entry.lockIndex());
        out.writeStringField("Key", entry.key());
        out.writeFieldName("Flags");
        out.writeNumber(Long.toUnsignedString(entry.flags()));
        if (withValue && entry.value().length() > 0) {
            out.writeBinaryField("Value", entry.value().bytes());
        } else {
            out.writeNullField("Value");
        }
        if (!entry.session().isEmpty()) {
            out.writeStringField("Session", entry.session());
        }
        out.writeNumberField("CreateIndex", entry.createIndex());
        out.writeNumberField("ModifyIndex", entry.modifyIndex());
        out.writeEndObject();
    }

    private Found tree(Query query) {
        String prefix = query.request().rest();
        Keys keys = query.state().keys();
        List<Entry> seen = new ArrayList<>(keys.tree(prefix).values());
        seen.removeIf(entry -> !may(query, Rights.Access.READ, entry.key()));
        return Found.of(
                keys.treeIndex(prefix),
                Topic.of(Topic.Kind.TREE, prefix),
                seen.isEmpty() ? nothing() : entries(seen));
    }

    private Found keys(Query query) {
        String prefix = query.request().rest();
        String separator = query.request().parameter("separator").orElse("");
        Keys keys = query.state().keys();
        Collection<String> names = new LinkedHashSet<>();
        for (String key : keys.tree(prefix).keySet()) {
            if (may(query, Rights.Access.READ, key)) {
                names.add(upTo(key, prefix.length(), separator));
            }
        }
        Reply list =
                Reply.json(
                        out -> {
                            out.writeStartArray();
                            for (String name : names) {
                                out.writeString(name);
                            }
                            out.writeEndArray();
                        });
        return Found.of(
                keys.treeIndex(prefix),
                Topic.of(Topic.Kind.TREE, prefix),
                names.isEmpty() ? nothing() : list);
    }

    /** A key, or its part up to the first separator after the prefix. */
    private static String upTo(String key, int from, String separator) {
        int at = separator.isEmpty() ? -1 : key.indexOf(separator, from);
        return at < 0 ? key : key.substring(0, at + separator.length());
    }

    // ---- Writing

    private static void oneOf(Request request, String... names) throws Refusal {
        int there = 0;
        for (String name : names) {
            there += request.has(name) ? 1 : 0;
        }
        if (there > 1) {
            throw Refusal.bad("Conflicting flags: " + request.query());
        }
    }

    private static long number(Request request, String name) throws Refusal {
        String text = request.parameter(name).orElse("0");
        try {
            return Long.parseUnsignedLong(text.isEmpty() ? "0" : text);
        } catch (NumberFormatException malformed) {
            throw Refusal.bad("strconv.ParseUint: parsing \"" + text + "\": invalid syntax");
        }
    }

    private Plan put(Query query) throws Refusal {
        Request request = query.request();
        Selection.here(request, agent);
        String key = request.required("Missing key name");
        oneOf(request, "cas", "acquire", "release");
        if (request.body().length > KeyChanges.VALUE_BYTES_MAX) {
            throw new Refusal(
                    413,
                    "Request body("
                            + request.body().length
                            + " bytes) too large, max size: "
                            + KeyChanges.VALUE_BYTES_MAX
                            + " bytes. See"
                            + " https://developer.hashicorp.com/docs/agent/config/config-files#kv_max_value_size.");
        }
        vet(query, Rights.Access.WRITE, key);
        KeyChanges.Attempt attempt = attempt(query, key);
        return Plan.of(attempt.changes(), Reply.flag(attempt.done()));
    }

    private KeyChanges.Attempt attempt(Query query, String key) throws Refusal {
        Request request = query.request();
        Value value = Value.of(request.body());
        long flags = number(request, "flags");
        if (request.has("cas")) {
            return KeyChanges.cas(query.state(), key, value, flags, number(request, "cas"));
        }
        Optional<String> acquire = request.parameter("acquire");
        if (acquire.isPresent()) {
            return KeyChanges.acquire(
                    query.state(), key, value, flags, acquire.get(), clock.millis());
        }
        Optional<String> release = request.parameter("release");
        return release.isPresent()
                ? KeyChanges.release(query.state(), key, value, flags, release.get())
                : KeyChanges.set(query.state(), key, value, flags);
    }

    private Plan delete(Query query) throws Refusal {
        Request request = query.request();
        Selection.here(request, agent);
        oneOf(request, "recurse", "cas");
        if (request.has("recurse")) {
            Vet.writesTree(query, request.rest());
            boolean any = !query.state().keys().tree(request.rest()).isEmpty();
            return Plan.of(
                    any ? List.of(new DropTree(request.rest())) : List.of(), Reply.flag(true));
        }
        String key = request.required("Missing key name");
        vet(query, Rights.Access.WRITE, key);
        KeyChanges.Attempt attempt =
                request.has("cas")
                        ? KeyChanges.deleteCas(query.state(), key, number(request, "cas"))
                        : KeyChanges.delete(query.state(), key);
        return Plan.of(attempt.changes(), Reply.flag(attempt.done()));
    }
}
