package dev.millrace.queue.nsq.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.queue.nsq.session.NsqConnection;
import dev.millrace.queue.nsq.session.NsqNode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

class HttpInterfaceTest {
    private static final String NSQD = "queue.nsq.http.port";
    private static final String LOOKUP = "queue.nsqlookup.http.port";

    @TempDir Path data;
    private NsqNode node;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws Exception {
        node = new NsqNode(data);
    }

    @AfterEach
    void stop() throws IOException {
        http.close();
        node.close();
    }

    private String ask(String port, String method, String path, String body) throws Exception {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + node.port(port) + path))
                                .method(
                                        method,
                                        HttpRequest.BodyPublishers.ofString(
                                                body, StandardCharsets.ISO_8859_1))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return response.statusCode() == 200
                ? response.body()
                : response.statusCode() + " " + response.body();
    }

    private String get(String path) throws Exception {
        return ask(NSQD, "GET", path, "");
    }

    private String post(String path, String body) throws Exception {
        return ask(NSQD, "POST", path, body);
    }

    private String lookup(String path) throws Exception {
        return ask(LOOKUP, "GET", path, "");
    }

    private NsqConnection subscribed(String topic, String channel) throws IOException {
        NsqConnection consumer = node.connect().say("SUB " + topic + " " + channel);
        assertEquals("OK", consumer.next());
        return consumer.say("RDY 9");
    }

    @Test
    void what_is_published_is_delivered() throws Exception {
        assertEquals("OK", post("/pub?topic=t", "a"));
        assertEquals("OK", post("/mpub?topic=t", "b\n\nc\n"));
        String batch = "\0\0\0\2\0\0\0\1d\0\0\0\1e";
        assertEquals("OK", post("/mpub?topic=t&binary=true", batch));
        assertEquals("OK", post("/pub?topic=t&defer=400", "f"));
        try (NsqConnection consumer = subscribed("t", "ch")) {
            for (String body : List.of("a", "b", "c", "d", "e", "f")) {
                assertEquals(body + " (1)", consumer.next());
            }
        }
    }

    @Test
    void what_cannot_be_published_is_refused_in_nsqds_words() throws Exception {
        assertEquals("400 {\"message\":\"MSG_EMPTY\"}", post("/pub?topic=t", ""));
        assertEquals("400 {\"message\":\"MISSING_ARG_TOPIC\"}", post("/pub", "a"));
        assertEquals("400 {\"message\":\"INVALID_TOPIC\"}", post("/pub?topic=t$", "a"));
        assertEquals("400 {\"message\":\"INVALID_DEFER\"}", post("/pub?topic=t&defer=x", "a"));
        assertEquals("400 {\"message\":\"INVALID_DEFER\"}", post("/pub?topic=t&defer=-1", "a"));
        assertEquals(
                "413 {\"message\":\"MSG_TOO_BIG\"}", post("/pub?topic=t", "x".repeat(1048577)));
        assertEquals(
                "413 {\"message\":\"BAD_MESSAGE\"}", post("/mpub?topic=t&binary=1", "\0\0\0\1\0"));
        assertEquals("404 {\"message\":\"NOT_FOUND\"}", get("/nothing"));
        assertEquals("405 {\"message\":\"METHOD_NOT_ALLOWED\"}", get("/pub?topic=t"));
    }

    @Test
    void options_are_told_and_not_changed() throws Exception {
        assertEquals("[]", get("/config/nsqlookupd_tcp_addresses"));
        assertEquals("60000000000", get("/config/msg_timeout"));
        assertEquals("1048576", get("/config/max_msg_size"));
        assertEquals(
                "405 {\"message\":\"METHOD_NOT_ALLOWED\"}",
                ask(NSQD, "PUT", "/config/log_level", "debug"));
        assertEquals("404 {\"message\":\"NOT_FOUND\"}", get("/config/nothing"));
    }

    @Test
    void topics_and_channels_come_and_go() throws Exception {
        assertEquals(
                "404 {\"message\":\"TOPIC_NOT_FOUND\"}",
                post("/channel/create?topic=t&channel=c", ""));
        assertEquals("", post("/topic/create?topic=t", ""));
        assertEquals("", post("/channel/create?topic=t&channel=c", ""));
        assertTrue(get("/stats?format=json").contains("\"channel_name\":\"c\""));
        assertEquals("", post("/channel/delete?topic=t&channel=c", ""));
        assertEquals(
                "404 {\"message\":\"CHANNEL_NOT_FOUND\"}",
                post("/channel/delete?topic=t&channel=c", ""));
        assertEquals("", post("/topic/delete?topic=t", ""));
        assertEquals("404 {\"message\":\"TOPIC_NOT_FOUND\"}", post("/topic/delete?topic=t", ""));
    }

    @Test
    void an_empty_channel_has_nothing_left() throws Exception {
        post("/topic/create?topic=t", "");
        post("/channel/create?topic=t&channel=c", "");
        post("/mpub?topic=t", "a\nb\nc");
        post("/pub?topic=t&defer=100000", "d");
        assertTrue(get("/stats?format=json").contains("\"depth\":3,\"backend_depth\":0"));
        assertTrue(get("/stats?format=json").contains("\"deferred_count\":1"));
        assertEquals("", post("/channel/empty?topic=t&channel=c", ""));
        assertEquals("OK", post("/pub?topic=t", "e"));
        try (NsqConnection consumer = subscribed("t", "c")) {
            assertEquals("e (1)", consumer.next());
        }
    }

    @Test
    void a_paused_channel_gives_nothing_until_it_goes_on() throws Exception {
        post("/topic/create?topic=t", "");
        post("/channel/create?topic=t&channel=c", "");
        assertEquals("", post("/channel/pause?topic=t&channel=c", ""));
        try (NsqConnection consumer = subscribed("t", "c")) {
            post("/pub?topic=t", "a");
            assertEquals("CLOSE_WAIT", consumer.say("CLS").next());
        }
        assertEquals("", post("/channel/unpause?topic=t&channel=c", ""));
        try (NsqConnection consumer = subscribed("t", "c")) {
            assertEquals("a (1)", consumer.next());
        }
    }

    @Test
    void a_paused_topic_keeps_what_comes_and_gives_what_came() throws Exception {
        post("/topic/create?topic=t", "");
        post("/channel/create?topic=t&channel=c", "");
        post("/pub?topic=t", "before");
        assertEquals("", post("/topic/pause?topic=t", ""));
        post("/pub?topic=t", "held");
        assertTrue(get("/stats?format=json").contains("\"depth\":1"));
        try (NsqConnection consumer = subscribed("t", "c");
                NsqConnection late = subscribed("t", "late")) {
            assertEquals("before (1)", consumer.next());
            assertEquals("", post("/topic/unpause?topic=t", ""));
            assertEquals("held (1)", consumer.next());
            assertEquals("held (1)", late.next());
        }
    }

    @Test
    void a_deleted_channel_closes_its_consumers() throws Exception {
        try (NsqConnection consumer = subscribed("t", "c")) {
            assertEquals("", post("/channel/delete?topic=t&channel=c", ""));
            assertTrue(consumer.isClosed());
        }
    }

    @Test
    void a_topic_may_be_deleted_with_an_ephemeral_channel_on_it() throws Exception {
        try (NsqConnection consumer = subscribed("t", "c#ephemeral")) {
            assertEquals("", post("/topic/delete?topic=t", ""));
            assertTrue(consumer.isClosed());
        }
        assertEquals("OK", post("/pub?topic=t", "a"));
        node.close();
        node = new NsqNode(data);
        try (NsqConnection consumer = subscribed("t", "c")) {
            assertEquals("a (1)", consumer.next());
        }
    }

    @Test
    void stats_are_text_or_json() throws Exception {
        post("/pub?topic=t", "a");
        try (NsqConnection consumer = subscribed("t", "c")) {
            consumer.next();
            String text = get("/stats");
            assertTrue(text.contains("[c                        ] depth: 0"), text);
            assertTrue(text.contains("inflt: 1"), text);
            String json = get("/stats?format=json&topic=t&channel=c");
            assertTrue(json.contains("\"in_flight_count\":1"), json);
            assertTrue(json.contains("\"ready_count\":9"), json);
            assertTrue(get("/stats?format=json&include_clients=false").contains("\"clients\":[]"));
            assertTrue(get("/stats?format=json&topic=other").contains("\"topics\":[]"));
        }
        assertEquals("OK", get("/ping"));
        assertTrue(get("/info").contains("\"tcp_port\":" + node.port("queue.nsq.port")));
    }

    @Test
    void a_consumer_finds_this_node_by_its_topic() throws Exception {
        assertEquals("404 {\"message\":\"TOPIC_NOT_FOUND\"}", lookup("/lookup?topic=t"));
        subscribed("t", "c").close();
        String found = lookup("/lookup?topic=t");
        assertTrue(found.startsWith("{\"channels\":[\"c\"],\"producers\":[{"), found);
        assertTrue(found.contains("\"broadcast_address\":\"127.0.0.1\""), found);
        assertTrue(found.contains("\"tcp_port\":" + node.port("queue.nsq.port")), found);
        assertEquals("{\"topics\":[\"t\"]}", lookup("/topics"));
        assertEquals("{\"channels\":[\"c\"]}", lookup("/channels?topic=t"));
        assertTrue(lookup("/nodes").contains("\"tombstones\":[false],\"topics\":[\"t\"]"));
        assertEquals("OK", lookup("/ping"));
        String self = "127.0.0.1:" + node.port(NSQD);
        assertEquals("", ask(LOOKUP, "POST", "/topic/tombstone?topic=t&node=" + self, ""));
        assertTrue(lookup("/lookup?topic=t").endsWith("\"producers\":[]}"));
        assertTrue(lookup("/nodes").contains("\"tombstones\":[true]"));
    }

    @Test
    void another_nsqd_registers_and_is_forgotten_when_it_goes() throws Exception {
        String identity =
                "{\"broadcast_address\":\"other\",\"hostname\":\"h\",\"tcp_port\":1,"
                        + "\"http_port\":2,\"version\":\"1.2.1\"}";
        try (LookupConnection nsqd = new LookupConnection(node.port("queue.nsqlookup.port"))) {
            assertEquals("OK", nsqd.ask("PING\n"));
            assertTrue(nsqd.ask("IDENTIFY\n", identity).contains("\"version\":\"1.3.0\""));
            assertEquals("OK", nsqd.ask("REGISTER far c\n"));
            assertTrue(lookup("/lookup?topic=far").contains("\"broadcast_address\":\"other\""));
            assertEquals("{\"channels\":[\"c\"]}", lookup("/channels?topic=far"));
            assertEquals("OK", nsqd.ask("UNREGISTER far\n"));
            assertEquals("{\"topics\":[]}", lookup("/topics"));
            assertEquals(
                    "E_BAD_TOPIC REGISTER topic name 'f$' is not valid", nsqd.ask("REGISTER f$\n"));
        }
        try (LookupConnection stranger = new LookupConnection(node.port("queue.nsqlookup.port"))) {
            assertEquals("E_INVALID client must IDENTIFY", stranger.ask("REGISTER t\n"));
        }
    }
}
