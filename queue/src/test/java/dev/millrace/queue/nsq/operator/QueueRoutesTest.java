package dev.millrace.queue.nsq.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.queue.nsq.session.NsqConnection;
import dev.millrace.queue.nsq.session.NsqConnection.Frame;
import dev.millrace.queue.nsq.session.NsqNode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

class QueueRoutesTest {
    @TempDir Path data;
    private NsqNode node;

    @BeforeEach
    void start() throws Exception {
        node = new NsqNode(data, "queue.nsq.max-attempts=1");
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
    }

    private NsqConnection subscribed(String topic) throws IOException {
        NsqConnection consumer = node.connect().say("SUB " + topic + " ch");
        assertEquals("OK", consumer.next());
        return consumer.say("RDY 9");
    }

    /** Publishes messages that are given back at once: they die. */
    private void kill(String... bodies) throws IOException {
        try (NsqConnection consumer = subscribed("t");
                NsqConnection producer = node.connect()) {
            for (String body : bodies) {
                assertEquals("OK", producer.say("PUB t", body).next());
                Frame frame = consumer.read();
                consumer.say("REQ " + frame.id() + " 0");
            }
            assertEquals("CLOSE_WAIT", consumer.say("CLS").next());
        }
    }

    @Test
    void dead_letters_are_listed_and_shown_with_their_reason() throws Exception {
        kill("first", "second\n");
        String list = node.admin("GET", "/queue/list", Map.of());
        assertTrue(list.lines().anyMatch(line -> line.matches("t\\.dead +- +2 +0 +0")), list);
        String letters = node.admin("GET", "/queue/peek", Map.of("topic", "t.dead"));
        assertTrue(
                letters.contains("[channel ch, 1 attempts, at last requeued] 5 first\n"), letters);
        assertTrue(letters.contains("] 7 second.\n"), letters);
        String one = node.admin("GET", "/queue/peek", Map.of("topic", "t.dead", "count", "1"));
        assertEquals(1, one.lines().count());
    }

    @Test
    void dead_letters_go_back_where_they_came_from() throws Exception {
        kill("a", "b");
        assertEquals(
                "200 2 messages went to t\n",
                node.admin("POST", "/queue/requeue", Map.of("topic", "t.dead")));
        try (NsqConnection consumer = subscribed("t")) {
            assertEquals("a (1)", consumer.next());
            assertEquals("b (1)", consumer.next());
        }
        assertEquals("200 ", node.admin("GET", "/queue/peek", Map.of("topic", "t.dead")));
    }

    @Test
    void what_is_not_there_is_said() throws Exception {
        assertTrue(node.admin("GET", "/queue/peek", Map.of("topic", "x")).startsWith("404 "));
        assertTrue(node.admin("POST", "/queue/requeue", Map.of("topic", "t")).startsWith("400 "));
        assertTrue(
                node.admin("GET", "/queue/peek", Map.of("topic", "x", "count", "0"))
                        .startsWith("400 "));
    }
}
