package dev.millrace.registry.api;

import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.DropTree;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.keys.Entry;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Operations that happen all or not at all (Consul: Transactions). Each sees what those before it
 * have done: it is tried on a state that is only there for that, a value as all states are. What
 * they come to is one record.
 */
final class Transaction {
    /** Why one operation cannot be done. */
    record Failure(int operation, String what) {}

    private final Query query;
    private final long nowMillis;
    private final long index;
    private final List<Change> changes = new ArrayList<>();
    private final List<Json.Writing> results = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private State tried;

    Transaction(Query query, long nowMillis) {
        this.query = query;
        this.nowMillis = nowMillis;
        this.tried = query.state();
        this.index = tried.index() + 1;
    }

    List<Change> changes() {
        return changes;
    }

    List<Json.Writing> results() {
        return results;
    }

    List<Failure> failures() {
        return failures;
    }

    /** The state as far as it has come. */
    State tried() {
        return tried;
    }

    private void make(Change change) {
        tried = change.on(tried, index, Touched.NOBODY);
        changes.add(change);
    }

    void make(List<Change> more) {
        more.forEach(this::make);
    }

    void result(String kind, Json.Writing value) {
        results.add(
                out -> {
                    out.writeStartObject();
                    out.writeFieldName(kind);
                    value.to(out);
                    out.writeEndObject();
                });
    }

    void fail(int operation, String what) {
        failures.add(new Failure(operation, what));
    }

    /**
     * An operation on a key.
     *
     * @param value what its Value says, decoded
     */
    void key(int operation, Fields in, Value value) throws MalformedJson {
        String verb = in.text("Verb");
        String key = in.text("Key");
        try {
            vet(verb, key);
            key(operation, in, verb, key, value);
        } catch (Refusal refusal) {
            fail(operation, refusal.text());
        }
    }

    private void vet(String verb, String key) throws Refusal {
        boolean reads =
                switch (verb) {
                    case "get",
                            "get-or-empty",
                            "get-tree",
                            "check-session",
                            "check-index",
                            "check-not-exists" ->
                            true;
                    default -> false;
                };
        if (verb.equals("delete-tree")) {
            Vet.writesTree(query, key);
        } else {
            Rights.Access access = reads ? Rights.Access.READ : Rights.Access.WRITE;
            Vet.named(query, Rights.Resource.KEY, access, key);
        }
    }

    private void key(int operation, Fields in, String verb, String key, Value value)
            throws Refusal, MalformedJson {
        long flags = in.unsigned("Flags");
        switch (verb) {
            case "set" -> put(operation, key, KeyChanges.set(tried, key, value, flags), "");
            case "cas" ->
                    put(
                            operation,
                            key,
                            KeyChanges.cas(tried, key, value, flags, in.unsigned("Index")),
                            "failed to set key \"" + key + "\", index is stale");
            case "lock" ->
                    put(
                            operation,
                            key,
                            KeyChanges.acquire(
                                    tried, key, value, flags, in.text("Session"), nowMillis),
                            "failed to lock key \"" + key + "\", lock is already held");
            case "unlock" ->
                    put(
                            operation,
                            key,
                            KeyChanges.release(tried, key, value, flags, in.text("Session")),
                            "failed to unlock key \""
                                    + key
                                    + "\", lock isn't held, or is held by another session");
            case "get", "get-or-empty" -> get(operation, key, verb.equals("get"));
            case "get-tree" ->
                    tried.keys().tree(key).values().stream()
                            .filter(entry -> mayRead(entry.key()))
                            .toList()
                            .forEach(entry -> result(entry, true));
            case "check-index" -> checkIndex(operation, key, in.unsigned("Index"));
            case "check-session" -> checkSession(operation, key, in.text("Session"));
            case "check-not-exists" -> {
                if (tried.keys().entry(key).isPresent()) {
                    fail(operation, "key \"" + key + "\" exists");
                }
            }
            case "delete" -> make(KeyChanges.delete(tried, key).changes());
            case "delete-cas" -> {
                KeyChanges.Attempt attempt = KeyChanges.deleteCas(tried, key, in.unsigned("Index"));
                if (attempt.done()) {
                    make(attempt.changes());
                } else {
                    fail(operation, "failed to delete key \"" + key + "\", index is stale");
                }
            }
            case "delete-tree" -> {
                if (!tried.keys().tree(key).isEmpty()) {
                    make(new DropTree(key));
                }
            }
            default -> fail(operation, "unknown KV verb \"" + verb + "\"");
        }
    }

    private boolean mayRead(String key) {
        return query.rights().allow(Rights.Resource.KEY, Rights.Access.READ, key);
    }

    private void put(int operation, String key, KeyChanges.Attempt attempt, String failure) {
        if (!attempt.done()) {
            fail(operation, failure);
            return;
        }
        make(attempt.changes());
        tried.keys().entry(key).ifPresent(entry -> result(entry, false));
    }

    private void result(Entry entry, boolean withValue) {
        result("KV", out -> KeyRoutes.put(out, entry, withValue));
    }

    private void get(int operation, String key, boolean mustBe) {
        Optional<Entry> entry = tried.keys().entry(key);
        if (entry.isPresent()) {
            result(entry.get(), true);
        } else if (mustBe) {
            fail(operation, "key \"" + key + "\" doesn't exist");
        } else {
            result(new Entry(key, Value.EMPTY, 0, "", 0, 0, 0), true);
        }
    }

    private void checkIndex(int operation, String key, long wanted) {
        Optional<Entry> entry = tried.keys().entry(key);
        if (entry.isEmpty()) {
            fail(operation, "failed to check index of key \"" + key + "\", key does not exist");
        } else if (entry.get().modifyIndex() != wanted) {
            fail(
                    operation,
                    "failed index check for key \""
                            + key
                            + "\", current modify index "
                            + entry.get().modifyIndex()
                            + " != "
                            + wanted);
        } else {
            result(entry.get(), false);
        }
    }

    private void checkSession(int operation, String key, String wanted) {
        Optional<Entry> entry = tried.keys().entry(key);
        if (entry.isEmpty()) {
            fail(operation, "failed to check session of key \"" + key + "\", key does not exist");
        } else if (!entry.get().session().equals(wanted)) {
            fail(
                    operation,
                    "failed session check for key \""
                            + key
                            + "\", current session \""
                            + entry.get().session()
                            + "\" != \""
                            + wanted
                            + "\"");
        } else {
            result(entry.get(), false);
        }
    }
}
