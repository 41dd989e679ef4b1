package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.acl.Rights;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.catalog.Host;
import dev.millrace.registry.effect.Change;
import dev.millrace.registry.effect.FireEvent;
import dev.millrace.registry.event.Filters;
import dev.millrace.registry.event.UserEvent;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Plan;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Request;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.keys.Value;
import dev.millrace.registry.state.Topic;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code /v1/event}: events that users fire (Consul: Event HTTP API). Consul's go by gossip, and
 * each agent keeps what it heard; here they are kept with everything else, and are there after a
 * restart.
 */
final class EventRoutes {
    /** Of a name, a payload and filters together, as much as Serf lets through. */
    static final int EVENT_BYTES_MAX = 512;

    private static final int VERSION = 1;

    private final Agent agent;

    EventRoutes(Agent agent) {
        this.agent = agent;
    }

    List<Route> routes() {
        return List.of(
                Route.put("/v1/event/fire/", this::fire), Route.get("/v1/event/list", this::list));
    }

    // ---- Firing

    /** One that is not for this node is told as fired, and nobody hears of it. */
    private Plan fire(Query query) throws Refusal {
        Selection.here(query.request(), agent);
        UserEvent event = event(query.request());
        Filters filters;
        try {
            filters = Filters.of(event);
        } catch (Filters.Malformed malformed) {
            throw Refusal.invalid(malformed.why());
        }
        Vet.named(query, Rights.Resource.EVENT, Rights.Access.WRITE, event.name());
        checkSize(event);
        Optional<Host> host = query.state().catalog().host(agent.node()).filter(filters::fit);
        List<Change> changes = host.isEmpty() ? List.of() : List.of(new FireEvent(event));
        return Plan.of(changes, Reply.json(out -> put(out, event)));
    }

    private static UserEvent event(Request request) throws Refusal {
        return new UserEvent(
                UUID.randomUUID().toString(),
                request.required("Missing name"),
                Value.of(request.body()),
                request.parameter("node").orElse(""),
                request.parameter("service").orElse(""),
                request.parameter("tag").orElse(""),
                0,
                0);
    }

    private static void checkSize(UserEvent event) throws Refusal {
        int bytes =
                event.payload().length()
                        + bytes(event.name())
                        + bytes(event.nodeFilter())
                        + bytes(event.serviceFilter())
                        + bytes(event.tagFilter());
        if (bytes > EVENT_BYTES_MAX) {
            throw Refusal.invalid(
                    "user event exceeds configured limit of "
                            + EVENT_BYTES_MAX
                            + " bytes before encoding");
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    // ---- Listing

    /**
     * The index is that of the last event that is shown. It is not Consul's, which is made of the
     * event's id and goes up and down; who waits compares it in the same way.
     */
    private Found list(Query query) {
        String name = query.request().parameter("name").orElse("");
        List<UserEvent> seen =
                query.state().events().last().stream()
                        .filter(event -> name.isEmpty() || event.name().equals(name))
                        .filter(
                                event ->
                                        query.rights()
                                                .allow(
                                                        Rights.Resource.EVENT,
                                                        Rights.Access.READ,
                                                        event.name()))
                        .toList();
        long index = seen.isEmpty() ? 1 : seen.getLast().index();
        return Found.of(index, Topic.of(Topic.Kind.EVENTS), Answers.list(seen, EventRoutes::put));
    }

    private static void put(JsonGenerator out, UserEvent event) throws IOException {
        out.writeStartObject();
        out.writeStringField("ID", event.id());
        out.writeStringField("Name", event.name());
        if (event.payload().length() > 0) {
            out.writeBinaryField("Payload", event.payload().bytes());
        } else {
            out.writeNullField("Payload");
        }
        out.writeStringField("NodeFilter", event.nodeFilter());
        out.writeStringField("ServiceFilter", event.serviceFilter());
        out.writeStringField("TagFilter", event.tagFilter());
        out.writeNumberField("Version", VERSION);
        out.writeNumberField("LTime", event.time());
        out.writeEndObject();
    }
}
