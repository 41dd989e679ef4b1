package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.json.Fields;
import dev.millrace.registry.json.Json;
import dev.millrace.registry.json.JsonValue;
import dev.millrace.registry.json.MalformedJson;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.session.Invalidation;
import dev.millrace.registry.session.Session;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** {@code /v1/txn} (Consul: Transactions HTTP API). */
final class TransactionRoutes {
    /** More operations are refused. */
    static final int OPERATIONS_MAX = 128;

    private final Agent agent;
    private final InstantSource clock;

    TransactionRoutes(Agent agent, InstantSource clock) {
        this.agent = agent;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(Route.put("/v1/txn", this::run));
    }

    private Plan run(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        Transaction transaction = new Transaction(query, clock.millis());
        try {
            List<Fields> operations = operations(query.request().json());
            for (int i = 0; i < operations.size(); i++) {
                run(query, transaction, i, operations.get(i));
            }
        } catch (MalformedJson malformed) {
            throw Refusal.bad("Failed to parse body: " + malformed.what());
        }
        boolean failed = !transaction.failures().isEmpty();
        Reply reply = Reply.json(out -> put(out, transaction, failed));
        return failed ? Plan.none(reply.status(409)) : Plan.of(transaction.changes(), reply);
    }

    private static List<Fields> operations(JsonValue body) throws Refusal, MalformedJson {
        if (!(body instanceof JsonValue.Arr array)) {
            throw new MalformedJson(
                    "json: cannot unmarshal " + body.kind() + " into Go value of type api.TxnOps");
        }
        if (array.values().size() > OPERATIONS_MAX) {
            throw new Refusal(
                    413,
                    "Transaction contains too many operations ("
                            + array.values().size()
                            + " > "
                            + OPERATIONS_MAX
                            + ")");
        }
        List<Fields> all = new ArrayList<>();
        for (JsonValue each : array.values()) {
            all.add(Fields.of(each));
        }
        return all;
    }

    private void run(Query query, Transaction transaction, int operation, Fields in)
            throws Refusal, MalformedJson {
        if (in.has("KV")) {
            Fields form = in.object("KV").orElseThrow();
            transaction.key(operation, form, value(form));
            return;
        }
        CatalogOperations catalog = new CatalogOperations(agent, query, transaction);
        try {
            if (in.has("Node")) {
                catalog.node(operation, in.object("Node").orElseThrow());
            } else if (in.has("Service")) {
                catalog.service(operation, in.object("Service").orElseThrow());
            } else if (in.has("Check")) {
                catalog.check(operation, in.object("Check").orElseThrow());
            } else if (in.has("Session")) {
                session(query, transaction, operation, in.object("Session").orElseThrow());
            } else {
                transaction.fail(operation, "no operation specified");
            }
        } catch (Refusal refusal) {
            transaction.fail(operation, refusal.text());
        }
    }

    private static Value value(Fields form) throws Refusal, MalformedJson {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(form.text("Value"));
        } catch (IllegalArgumentException malformed) {
            throw new MalformedJson("illegal base64 data: " + malformed.getMessage());
        }
        if (bytes.length > KeyChanges.VALUE_BYTES_MAX) {
            throw new Refusal(
                    413,
                    "Value for key \""
                            + form.text("Key")
                            + "\" is too large ("
                            + bytes.length
                            + " > "
                            + KeyChanges.VALUE_BYTES_MAX
                            + " bytes)");
        }
        return Value.of(bytes);
    }

    private void session(Query query, Transaction transaction, int operation, Fields in)
            throws Refusal, MalformedJson {
        String verb = in.text("Verb");
        if (!verb.equals("delete")) {
            transaction.fail(operation, "unknown Session verb \"" + verb + "\"");
            return;
        }
        Optional<Fields> named = in.object("Session");
        String id = named.isPresent() ? named.get().text("ID") : "";
        Optional<Session> session = transaction.tried().sessions().session(id);
        if (session.isPresent()) {
            SessionRoutes.vetWrite(query, session.get().node());
            transaction.make(List.of(Invalidation.end(session.get(), clock.millis())));
        }
    }

    private static void put(JsonGenerator out, Transaction transaction, boolean failed)
            throws IOException {
        out.writeStartObject();
        if (failed) {
            out.writeNullField("Results");
            out.writeArrayFieldStart("Errors");
            for (Transaction.Failure failure : transaction.failures()) {
                out.writeStartObject();
                out.writeNumberField("OpIndex", failure.operation());
                out.writeStringField("What", failure.what());
                out.writeEndObject();
            }
            out.writeEndArray();
        } else {
            out.writeArrayFieldStart("Results");
            for (Json.Writing result : transaction.results()) {
                result.to(out);
            }
            out.writeEndArray();
            out.writeNullField("Errors");
        }
        out.writeEndObject();
    }
}
