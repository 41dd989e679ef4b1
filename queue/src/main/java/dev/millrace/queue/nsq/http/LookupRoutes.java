package dev.millrace.queue.nsq.http;

import com.fasterxml.jackson.core.JsonGenerator;

import dev.millrace.queue.nsq.identify.Agreement;
import dev.millrace.queue.nsq.lookup.Peer;
import dev.millrace.queue.nsq.lookup.Registration;
import dev.millrace.queue.nsq.lookup.Registry;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * nsqlookupd's HTTP interface.
 *
 * @see <a href="https://nsq.io/components/nsqlookupd.html#http-interface">HTTP Interface</a>
 */
public final class LookupRoutes {
    private static final Answer DONE = Answer.text("");

    private final Registry registry;

    private LookupRoutes(Registry registry) {
        this.registry = registry;
    }

    /** All of them. */
    public static Routes of(Registry registry) {
        return new Routes(new LookupRoutes(registry).list());
    }

    private List<Route> list() {
        return List.of(
                Route.get("/ping", exchange -> Answer.text("OK")),
                Route.get("/info", exchange -> info()),
                Route.get("/lookup", this::lookup),
                Route.get("/topics", exchange -> names("topics", registry.topics())),
                Route.get("/channels", this::channels),
                Route.get("/nodes", exchange -> nodes()),
                Route.post("/topic/create", this::createTopic),
                Route.post("/topic/delete", this::deleteTopic),
                Route.post("/topic/tombstone", this::tombstone),
                Route.post("/channel/create", this::createChannel),
                Route.post("/channel/delete", this::deleteChannel));
    }

    private static Answer info() {
        return Answer.json(Json.object(out -> out.writeStringField("version", Agreement.VERSION)));
    }

    private static Answer names(String what, Collection<String> names) {
        return Answer.json(Json.object(out -> Json.strings(out, what, names)));
    }

    private Answer channels(Exchange exchange) throws HttpRefusal {
        return names(
                "channels", registry.channels(exchange.required("topic", "MISSING_ARG_TOPIC")));
    }

    private Answer lookup(Exchange exchange) throws HttpRefusal {
        String topic = exchange.required("topic", "MISSING_ARG_TOPIC");
        if (!registry.topics().contains(topic)) {
            throw HttpRefusal.notFound("TOPIC_NOT_FOUND");
        }
        return Answer.json(
                Json.object(
                        out -> {
                            Json.strings(out, "channels", registry.channels(topic));
                            out.writeArrayFieldStart("producers");
                            for (Peer peer : registry.producers(topic)) {
                                out.writeStartObject();
                                peer(out, peer);
                                out.writeEndObject();
                            }
                            out.writeEndArray();
                        }));
    }

    private Answer nodes() {
        return Answer.json(
                Json.object(
                        out -> {
                            out.writeArrayFieldStart("producers");
                            for (Peer peer : registry.nodes()) {
                                node(out, peer);
                            }
                            out.writeEndArray();
                        }));
    }

    private void node(JsonGenerator out, Peer peer) throws IOException {
        Collection<String> topics = registry.topicsOf(peer);
        out.writeStartObject();
        peer(out, peer);
        out.writeArrayFieldStart("tombstones");
        for (String topic : topics) {
            out.writeBoolean(registry.isTombstoned(topic, peer));
        }
        out.writeEndArray();
        Json.strings(out, "topics", topics);
        out.writeEndObject();
    }

    private static void peer(JsonGenerator out, Peer peer) throws IOException {
        out.writeStringField("remote_address", peer.remoteAddress());
        out.writeStringField("hostname", peer.hostname());
        out.writeStringField("broadcast_address", peer.broadcastAddress());
        out.writeNumberField("tcp_port", peer.tcpPort());
        out.writeNumberField("http_port", peer.httpPort());
        out.writeStringField("version", peer.version());
        out.writeStringField("topology_zone", peer.topologyZone());
        out.writeStringField("topology_region", peer.topologyRegion());
    }

    private static Registration topic(Exchange exchange) throws HttpRefusal {
        return new Registration(exchange.topic("INVALID_ARG_TOPIC"), "");
    }

    private static Registration channel(Exchange exchange) throws HttpRefusal {
        return new Registration(exchange.topic("INVALID_ARG_TOPIC"), exchange.channel());
    }

    private Answer make(Registration registration) throws HttpRefusal {
        if (!registry.make(registration)) {
            throw new HttpRefusal(503, "TOO_MANY");
        }
        return DONE;
    }

    private Answer createTopic(Exchange exchange) throws HttpRefusal {
        return make(topic(exchange));
    }

    private Answer createChannel(Exchange exchange) throws HttpRefusal {
        return make(channel(exchange));
    }

    private Answer deleteTopic(Exchange exchange) throws HttpRefusal {
        registry.forget(new Registration(exchange.required("topic", "MISSING_ARG_TOPIC"), ""));
        return DONE;
    }

    private Answer deleteChannel(Exchange exchange) throws HttpRefusal {
        if (!registry.forget(channel(exchange))) {
            throw HttpRefusal.notFound("CHANNEL_NOT_FOUND");
        }
        return DONE;
    }

    private Answer tombstone(Exchange exchange) throws HttpRefusal {
        String topic = exchange.required("topic", "MISSING_ARG_TOPIC");
        registry.tombstone(topic, exchange.required("node", "MISSING_ARG_NODE"));
        return DONE;
    }
}
