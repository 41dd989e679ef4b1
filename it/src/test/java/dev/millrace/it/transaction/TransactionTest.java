package dev.millrace.it.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;

import dev.millrace.it.Product;

import io.kurrent.dbclient.RecordedEvent;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisDataException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** MR.PUB, MR.PUBX and MR.APPEND, alone and in transactions, by clients of every room. */
class TransactionTest {
    private static final int MIB = 1 << 20;

    @TempDir static Path data;
    private static Product product;
    private static Everything node;
    private static Jedis redis;

    @BeforeAll
    static void start() throws Exception {
        product = Product.up(data);
        node = new Everything(product);
        redis = node.redis();
    }

    @AfterAll
    static void stop() throws Exception {
        redis.close();
        node.close();
        product.close();
    }

    private static Object ask(Mr command, String... arguments) {
        Object answer = redis.sendCommand(command, arguments);
        return answer instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : answer;
    }

    private static String refusal(Mr command, String... arguments) {
        return String.valueOf(
                assertThrows(JedisDataException.class, () -> ask(command, arguments)).getMessage());
    }

    /** The refusal of a transaction that sets a key and has this in it; the key is not set. */
    private static String aborted(Mr command, String... arguments) {
        Transaction block = redis.multi();
        block.set("never", "set");
        block.sendCommand(Mr.PUB, "never", "published");
        block.sendCommand(Mr.APPEND, "never", "type", "appended");
        block.sendCommand(command, arguments);
        String why =
                String.valueOf(assertThrows(JedisDataException.class, block::exec).getMessage());
        assertEquals(false, redis.exists("never"));
        String expected = "EXECABORT Transaction discarded because of: ";
        assertTrue(why.startsWith(expected), why);
        return why.substring(expected.length());
    }

    private static void declare(String queue, String exchange, String key) throws Exception {
        try (Connection connection = node.amqp();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare(queue, true, false, false, Map.of());
            if (!exchange.isEmpty()) {
                channel.queueBind(queue, exchange, key);
            }
        }
    }

    @Test
    void each_command_works_alone() throws Exception {
        declare("alone-a", "amq.fanout", "");
        declare("alone-b", "amq.fanout", "");
        assertEquals("OK", ask(Mr.PUB, "alone", "message"));
        assertEquals(2L, ask(Mr.PUBX, "amq.fanout", "", "to both"));
        assertEquals(1L, ask(Mr.PUBX, "", "alone-a", "to one"));
        assertEquals(0L, ask(Mr.PUBX, "amq.direct", "nobody", "to none"));
        assertEquals(0L, ask(Mr.APPEND, "alone", "said", "{\"a\":1}"));
        assertEquals(1L, ask(Mr.APPEND, "alone", "said", "2", "EXPECT", "0", "META", "{\"m\":1}"));
        assertEquals(List.of("message"), node.topic("alone"));
        assertEquals(List.of("to both", "to one"), node.queue("alone-a"));
        assertEquals(List.of("to both"), node.queue("alone-b"));
        assertEquals(List.of("{\"a\":1}", "2"), node.data("alone"));
        RecordedEvent last = node.stream("alone").getLast().getEvent();
        assertEquals("{\"m\":1}", new String(last.getUserMetadata(), StandardCharsets.UTF_8));
        assertEquals("application/json", last.getContentType());
        assertEquals("said", last.getEventType());
    }

    @Test
    void a_transaction_changes_every_room() throws Exception {
        declare("together", "", "");
        Transaction block = redis.multi();
        block.set("order:1", "paid");
        block.sendCommand(Mr.PUB, "together", "1", "DELAY", "700");
        block.sendCommand(Mr.PUBX, "", "together", "bill 1");
        block.sendCommand(Mr.APPEND, "together", "paid", "not json", "EXPECT", "NONE");
        block.sendCommand(Mr.APPEND, "together", "shipped", "{}", "EXPECT", "0");
        block.get("order:1");
        List<Object> answers = block.exec();
        assertEquals(1L, answers.get(2));
        assertEquals(List.of(0L, 1L), answers.subList(3, 5));
        assertEquals("paid", answers.get(5));
        assertEquals(List.of("1"), node.topic("together"));
        assertEquals(List.of("bill 1"), node.queue("together"));
        assertEquals(List.of("not json", "{}"), node.data("together"));
        assertEquals(
                "application/octet-stream",
                node.stream("together").getFirst().getEvent().getContentType());
    }

    @Test
    void what_is_refused_is_refused_in_the_words_of_its_room_and_nothing_of_its_transaction_runs()
            throws Exception {
        ask(Mr.APPEND, "counted", "t", "1");
        ask(Mr.APPEND, "counted", "t", "2");
        assertRefused("E_BAD_TOPIC MR.PUB topic name \"a b\" is not valid", Mr.PUB, "a b", "body");
        assertRefused("E_BAD_MESSAGE MR.PUB invalid message body size 0", Mr.PUB, "t", "");
        assertRefused(
                "E_BAD_MESSAGE MR.PUB message too big 1048577 > 1048576",
                Mr.PUB,
                "t",
                "x".repeat(MIB + 1));
        assertRefused(
                "NOT_FOUND - no exchange 'nowhere' in vhost '/'", Mr.PUBX, "nowhere", "k", "body");
        assertRefused(
                "ACCESS_REFUSED - cannot publish to internal exchange 'amq.rabbitmq.trace' in vhost"
                        + " '/'",
                Mr.PUBX,
                "amq.rabbitmq.trace",
                "k",
                "body");
        assertRefused(
                "WRONGVERSION stream 'counted' is at 1 (expected: 0)",
                Mr.APPEND,
                "counted",
                "t",
                "3",
                "EXPECT",
                "0");
        assertRefused(
                "WRONGVERSION stream 'counted' is at 1 (expected: none)",
                Mr.APPEND,
                "counted",
                "t",
                "3",
                "EXPECT",
                "none");
        assertRefused(
                "WRONGVERSION stream 'not-there' does not exist (expected: 4)",
                Mr.APPEND,
                "not-there",
                "t",
                "3",
                "EXPECT",
                "4");
        assertEquals(List.of("1", "2"), node.data("counted"));
        assertEquals(List.of(), node.data("never"));
        assertEquals("OK", ask(Mr.PUB, "never", "published at last"));
        assertEquals(List.of("published at last"), node.topic("never"));
    }

    @Test
    void a_queue_that_would_reject_one_of_the_messages_stops_the_transaction() throws Exception {
        try (Connection connection = node.amqp();
                Channel channel = connection.createChannel()) {
            Map<String, Object> limits = Map.of("x-max-length", 2, "x-overflow", "reject-publish");
            channel.queueDeclare("narrow", true, false, false, limits);
        }
        String reason =
                "PRECONDITION_FAILED - queue 'narrow' in vhost '/' is full and rejects what is"
                        + " published";
        for (int messages : new int[] {3, 2, 1}) {
            Transaction block = redis.multi();
            for (int i = 0; i < messages; i++) {
                block.sendCommand(Mr.PUBX, "", "narrow", messages + "-" + i);
            }
            if (messages == 2) {
                assertEquals(List.of(1L, 1L), block.exec());
            } else {
                String why =
                        String.valueOf(
                                assertThrows(JedisDataException.class, block::exec).getMessage());
                assertTrue(why.endsWith(reason), why);
            }
        }
        assertEquals(List.of("2-0", "2-1"), node.queue("narrow"));
    }

    @Test
    void who_was_answered_finds_the_event_at_once() throws Exception {
        for (int i = 0; i < 300; i++) {
            assertEquals((long) i, ask(Mr.APPEND, "at-once", "t", "{}"));
            assertEquals(i + 1, node.stream("at-once").size());
        }
    }

    @Test
    void bad_input_is_told_what_was_expected() throws Exception {
        assertRefused("syntax error", Mr.PUB, "t", "body", "DELAY");
        assertRefused("syntax error", Mr.PUB, "t", "body", "LATER", "5");
        assertRefused("DELAY: -1 (expected: milliseconds, >= 0)", Mr.PUB, "t", "b", "DELAY", "-1");
        assertRefused(
                "DELAY: soon (expected: milliseconds, >= 0)", Mr.PUB, "t", "b", "DELAY", "soon");
        assertRefused("syntax error", Mr.APPEND, "s", "t", "d", "META");
        assertRefused("syntax error", Mr.APPEND, "s", "t", "d", "EXPECT", "any", "EXPECT", "any");
        assertRefused(
                "META: not JSON (expected: one value of JSON)",
                Mr.APPEND,
                "s",
                "t",
                "d",
                "META",
                "{\"open\":");
        assertRefused(
                "EXPECT: -3 (expected: a revision, none or any)",
                Mr.APPEND,
                "s",
                "t",
                "d",
                "EXPECT",
                "-3");
        assertRefused("stream name: 0 bytes (expected: 1 to 65535)", Mr.APPEND, "", "t", "d");
        assertRefused("type: 0 bytes (expected: 1 to 65535)", Mr.APPEND, "s", "", "d");
        assertRefused(
                "Maximum Append Size of 16777216 Exceeded.",
                Mr.APPEND,
                "s",
                "t",
                "x".repeat(16 * MIB));
        assertTrue(refusal(Mr.PUB, "t").startsWith("ERR wrong number of arguments"));
        assertTrue(refusal(Mr.PUBX, "t", "k").startsWith("ERR wrong number of arguments"));
        assertTrue(refusal(Mr.APPEND, "s", "t").startsWith("ERR wrong number of arguments"));
        assertEquals(List.of(), node.data("s"));
        String large = "\"" + "x".repeat(16 * MIB - 10) + "\"";
        assertEquals(0L, ask(Mr.APPEND, "large", "t", large));
        assertEquals(large, node.data("large").getFirst());
    }

    /** Alone and within a transaction. */
    private static void assertRefused(String reason, Mr command, String... arguments) {
        String alone = refusal(command, arguments);
        assertEquals(reason, alone.startsWith("ERR ") ? alone.substring(4) : alone);
        assertEquals(reason, aborted(command, arguments));
    }

    @Test
    void a_watched_key_that_changed_stops_the_transaction_in_every_room() throws Exception {
        redis.watch("watched");
        try (Jedis other = node.redis()) {
            other.set("watched", "changed");
        }
        Transaction block = redis.multi();
        block.sendCommand(Mr.APPEND, "watching", "t", "d");
        assertEquals(null, block.exec());
        assertEquals(List.of(), node.data("watching"));
    }

    @Test
    void the_keys_of_transactions_are_exported_and_what_other_rooms_have_is_passed_over(
            @TempDir Path other) throws Exception {
        Path folder = other.resolve("data");
        try (Product whole = Product.up(folder);
                Jedis client = new Jedis("127.0.0.1", whole.port("kv.resp.port"))) {
            Transaction block = client.multi();
            block.set("k", "v");
            block.sendCommand(Mr.PUB, "t", "b");
            block.sendCommand(Mr.APPEND, "s", "t", "d");
            assertEquals(3, block.exec().size());
            whole.kill();
        }
        Path file = other.resolve("out.rdb");
        Product.Run run = Product.run("export", file.toString(), "--data", folder.toString());
        assertEquals(file + ": 1 keys\n", run.out());
        assertEquals(0, run.exit());
    }

    @Test
    void a_room_that_is_not_started_is_named(@TempDir Path other) throws Exception {
        try (Product alone = Product.up(other, "--only", "kv");
                Jedis client = new Jedis("127.0.0.1", alone.port("kv.resp.port"))) {
            assertEquals(
                    "ERR the queue room is not started on this node",
                    assertThrows(
                                    JedisDataException.class,
                                    () -> client.sendCommand(Mr.PUB, "t", "b"))
                            .getMessage());
            Transaction block = client.multi();
            block.set("k", "v");
            block.sendCommand(Mr.APPEND, "s", "t", "d");
            assertEquals(
                    "EXECABORT Transaction discarded because of: the events room is not started on"
                            + " this node",
                    assertThrows(JedisDataException.class, block::exec).getMessage());
            assertEquals(false, client.exists("k"));
        }
    }
}
