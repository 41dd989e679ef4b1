package dev.millrace.queue.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.journal.RecordWriter;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.transaction.Messages;
import dev.millrace.kernel.transaction.Verdict;
import dev.millrace.queue.nsq.session.NsqConnection;
import dev.millrace.queue.nsq.session.NsqNode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Messages in the records of somebody else, who is this test. */
class QueueMessagesTest {
    @TempDir Path data;

    private final RecordWriter record = new RecordWriter();
    private final Journal.Grant grant = new Journal.Grant();
    private final NativeBuffer bodies = new NativeBuffer(1 << 21);
    private NsqNode node;

    @BeforeEach
    void start() throws Exception {
        node = new NsqNode(data);
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
        bodies.free();
    }

    private void restart() throws Exception {
        node.close();
        start();
    }

    private Messages messages() {
        return node.messages();
    }

    private long body(String text) {
        long at = bodies.address() + bodies.length();
        bodies.put(text.getBytes(StandardCharsets.UTF_8));
        return at;
    }

    private Verdict publish(String topic, String body, long delayMillis) {
        return messages().publish(topic, body(body), body.length(), delayMillis);
    }

    private Verdict publishTo(String exchange, String key, String body) {
        return messages().publish(exchange, key, body(body), body.length());
    }

    /** Joins, has things checked, and gives all up. */
    private List<Verdict> checked(List<Supplier<Verdict>> checks) {
        assertTrue(messages().join(record));
        try {
            return checks.stream().map(Supplier::get).toList();
        } finally {
            messages().leave(0);
        }
    }

    private String refusal(Supplier<Verdict> check) {
        return assertInstanceOf(Verdict.Refused.class, checked(List.of(check)).getFirst()).reason();
    }

    /** Publishes to a topic, all in one record; what the changes answered. */
    private List<Long> record(String topic, long delayMillis, String... texts) {
        assertTrue(messages().join(record));
        List<Verdict.Allowed> all = new ArrayList<>();
        long bytes = 0;
        for (String text : texts) {
            Verdict.Allowed one =
                    assertInstanceOf(Verdict.Allowed.class, publish(topic, text, delayMillis));
            all.add(one);
            bytes += one.bytes();
        }
        while (node.journal().admit(grant, bytes) != Journal.Admission.ADMITTED) {
            Thread.onSpinWait();
        }
        List<Long> answers = all.stream().map(one -> one.change().getAsLong()).toList();
        assertTrue(record.length() <= bytes, record.length() + " of " + bytes);
        long position = node.journal().append(record, grant, System.currentTimeMillis());
        record.clear();
        messages().leave(position);
        return answers;
    }

    private NsqConnection consumer(String topic) throws IOException {
        NsqConnection consumer = node.connect();
        consumer.say("SUB " + topic + " c");
        assertEquals("OK", consumer.read().toString());
        consumer.say("RDY 10");
        return consumer;
    }

    @Test
    void who_waits_gets_the_messages_of_a_record_and_they_are_durable_by_then() throws Exception {
        try (NsqConnection consumer = consumer("t")) {
            assertEquals(List.of(1L, 1L), record("t", 0, "a", "b"));
            assertEquals("a (1)", consumer.read().toString());
            assertEquals("b (1)", consumer.read().toString());
            assertTrue(node.journal().durable() > 0);
        }
    }

    @Test
    void a_topic_that_was_not_there_is_there_with_its_messages_after_a_restart() throws Exception {
        assertEquals(List.of(1L), record("fresh", 0, "a"));
        restart();
        assertEquals(List.of(1L), record("fresh", 0, "b"));
        try (NsqConnection consumer = consumer("fresh")) {
            assertEquals("a (1)", consumer.read().toString());
            assertEquals("b (1)", consumer.read().toString());
        }
    }

    @Test
    void what_was_given_up_was_never_there() throws Exception {
        List<Verdict> verdicts =
                checked(
                        List.of(
                                () -> publish("t", "a", 0),
                                () -> publish("t", "b", 60_000),
                                () -> publishTo("amq.fanout", "", "c")));
        verdicts.forEach(verdict -> assertInstanceOf(Verdict.Allowed.class, verdict));
        assertTrue(record.isEmpty());
        assertEquals(List.of(1L), record("t", 0, "d"));
        try (NsqConnection consumer = consumer("t")) {
            assertEquals("d (1)", consumer.read().toString());
        }
    }

    @Test
    void a_message_that_is_put_by_comes_not_before_its_time_to_whom_waits_already()
            throws Exception {
        try (NsqConnection consumer = consumer("t")) {
            long before = System.currentTimeMillis();
            assertEquals(List.of(1L), record("t", 300, "later"));
            assertEquals("later (1)", consumer.read().toString());
            assertTrue(System.currentTimeMillis() >= before + 300);
        }
    }

    @Test
    void what_is_refused_is_refused_in_the_words_of_its_protocol() {
        assertEquals(
                "E_BAD_TOPIC MR.PUB topic name \"not valid\" is not valid",
                refusal(() -> publish("not valid", "a", 0)));
        assertEquals(
                "E_BAD_MESSAGE MR.PUB invalid message body size 0",
                refusal(() -> publish("t", "", 0)));
        assertEquals(
                "E_BAD_MESSAGE MR.PUB message too big 1048577 > 1048576",
                refusal(() -> publish("t", "x".repeat((1 << 20) + 1), 0)));
        assertEquals(
                "E_INVALID MR.PUB timeout 99999999999999 out of range 0-31536000000",
                refusal(() -> publish("t", "a", 99_999_999_999_999L)));
        assertEquals(
                "NOT_FOUND - no exchange 'nowhere' in vhost '/'",
                refusal(() -> publishTo("nowhere", "k", "a")));
        assertEquals(
                "SYNTAX_ERROR - routing key: 256 bytes (expected: <= 255)",
                refusal(() -> publishTo("", "k".repeat(256), "a")));
    }

    @Test
    void a_room_that_has_stopped_is_not_joined() throws Exception {
        Messages before = messages();
        restart();
        assertFalse(before.join(record));
        assertTrue(messages().join(record));
        messages().leave(0);
    }
}
