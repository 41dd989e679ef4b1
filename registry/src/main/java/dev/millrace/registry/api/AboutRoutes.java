package dev.millrace.registry.api;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.http.Found;
import dev.millrace.registry.http.Query;
import dev.millrace.registry.http.Refusal;
import dev.millrace.registry.http.Reply;
import dev.millrace.registry.http.Route;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What clients ask of the installation before, or beside, their work: who this is, who leads, where
 * nodes are. One node is all there is, and it leads.
 */
final class AboutRoutes {
    /** The version of Consul whose answers are given. */
    static final String CONSUL_VERSION = "1.20.0";

    private static final int SERF_PORT = 8301;
    private static final int SERVER_PORT = 8300;

    private final Agent agent;

    AboutRoutes(Agent agent) {
        this.agent = agent;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/status/leader", this::leader),
                Route.get("/v1/status/peers", this::peers),
                Route.get("/v1/agent/self", this::self),
                Route.get("/v1/agent/members", this::members),
                Route.get("/v1/agent/version", this::version),
                Route.get("/v1/coordinate/datacenters", this::datacenters),
                Route.get("/v1/coordinate/nodes", this::none),
                Route.get("/v1/coordinate/node/", this::none));
    }

    private String address() {
        return agent.address() + ":" + SERVER_PORT;
    }

    private Found leader(Query query) {
        return Found.of(Reply.json(out -> out.writeString(address())));
    }

    private Found peers(Query query) {
        return Found.of(
                Reply.json(
                        out -> {
                            out.writeStartArray();
                            out.writeString(address());
                            out.writeEndArray();
                        }));
    }

    private void vet(Query query) throws Refusal {
        Vet.readsAgent(query, agent.node());
    }

    private Found version(Query query) throws Refusal {
        vet(query);
        return Found.of(
                Reply.json(
                        out -> {
                            out.writeStartObject();
                            out.writeStringField("SHA", "");
                            out.writeStringField("HumanVersion", CONSUL_VERSION);
                            out.writeStringField("FIPS", "");
                            out.writeEndObject();
                        }));
    }

    private Found self(Query query) throws Refusal {
        vet(query);
        return Found.of(
                Reply.json(
                        out -> {
                            out.writeStartObject();
                            config(out);
                            out.writeObjectFieldStart("Stats");
                            Forms.texts(out, "agent", Map.of("millrace_version", agent.version()));
                            out.writeEndObject();
                            coordinate(out);
                            out.writeFieldName("Member");
                            member(out);
                            Forms.texts(out, "Meta", Map.of());
                            out.writeEndObject();
                        }));
    }

    private void config(JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("Config");
        out.writeStringField("Datacenter", agent.datacenter());
        out.writeStringField("PrimaryDatacenter", agent.datacenter());
        out.writeStringField("NodeName", agent.node());
        out.writeStringField("NodeID", agent.id());
        out.writeBooleanField("Server", true);
        out.writeStringField("Revision", "");
        out.writeStringField("Version", CONSUL_VERSION);
        out.writeEndObject();
        out.writeObjectFieldStart("DebugConfig");
        out.writeStringField("Datacenter", agent.datacenter());
        out.writeStringField("NodeName", agent.node());
        out.writeStringField("DNSDomain", agent.domain());
        out.writeEndObject();
    }

    private static void coordinate(JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("Coord");
        out.writeNumberField("Adjustment", 0);
        out.writeNumberField("Error", 1.5);
        out.writeNumberField("Height", 0.00001);
        out.writeArrayFieldStart("Vec");
        for (int i = 0; i < 8; i++) {
            out.writeNumber(0);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void member(JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("Name", agent.node());
        out.writeStringField("Addr", agent.address());
        out.writeNumberField("Port", SERF_PORT);
        Forms.texts(
                out,
                "Tags",
                Map.of(
                        "bootstrap",
                        "1",
                        "build",
                        CONSUL_VERSION,
                        "dc",
                        agent.datacenter(),
                        "id",
                        agent.id(),
                        "port",
                        String.valueOf(SERVER_PORT),
                        "role",
                        "consul",
                        "vsn",
                        "2"));
        out.writeNumberField("Status", 1);
        out.writeNumberField("ProtocolMin", 1);
        out.writeNumberField("ProtocolMax", 5);
        out.writeNumberField("ProtocolCur", 2);
        out.writeNumberField("DelegateMin", 2);
        out.writeNumberField("DelegateMax", 5);
        out.writeNumberField("DelegateCur", 4);
        out.writeEndObject();
    }

    private Found members(Query query) {
        boolean seen = query.rights().readsNode(agent.node());
        return Found.of(
                Reply.json(
                        out -> {
                            out.writeStartArray();
                            if (seen) {
                                member(out);
                            }
                            out.writeEndArray();
                        }));
    }

    private Found datacenters(Query query) {
        return Found.of(
                Reply.json(
                        out -> {
                            out.writeStartArray();
                            out.writeStartObject();
                            out.writeStringField("Datacenter", agent.datacenter());
                            out.writeStringField("AreaID", "wan");
                            out.writeArrayFieldStart("Coordinates");
                            out.writeEndArray();
                            out.writeEndObject();
                            out.writeEndArray();
                        }));
    }

    /** Clients wait for the next ones, which never come. */
    private Found none(Query query) {
        return new Found(1, "", List.of(), Answers.none());
    }
}
