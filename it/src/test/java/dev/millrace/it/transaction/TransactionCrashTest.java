package dev.millrace.it.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;

import dev.millrace.it.Product;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * SIGKILL while clients write orders, each with its count, its messages and its event in one
 * transaction: no order without all of them, none of them without its order.
 */
class TransactionCrashTest {
    private static final int CRASHES = 8;
    private static final int CLIENTS = 4;

    /** One in so many transactions expects what is not so. */
    private static final int WRONG_ONE_IN = 5;

    @TempDir Path data;

    /** Ids of orders of which EXEC was answered. */
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    private final List<Throwable> faults = new ArrayList<>();

    private Product up() throws Exception {
        // Little memory and checkpoints now and then: files and checkpoints are crashed, too.
        return Product.up(
                data,
                "--set",
                "queue.memory-bytes=1mb",
                "--set",
                "events.memory-bytes=8mb",
                "--set",
                "journal.checkpoint-bytes=2mb",
                "--set",
                "journal.checkpoint-seconds=0");
    }

    @Test
    void no_order_is_without_its_messages_and_its_event_and_none_of_them_without_its_order()
            throws Exception {
        declare();
        for (int crash = 0; crash < CRASHES; crash++) {
            try (Product product = up();
                    Everything node = new Everything(product)) {
                List<Thread> clients = new ArrayList<>();
                for (int client = 0; client < CLIENTS; client++) {
                    int number = client;
                    clients.add(Thread.ofPlatform().start(() -> run(node, number)));
                }
                Thread.sleep(ThreadLocalRandom.current().nextInt(200, 1_200));
                product.kill();
                for (Thread client : clients) {
                    client.join();
                }
            }
        }
        assertEquals(List.of(), faults);
        assertTrue(acknowledged.size() > CRASHES * CLIENTS, "orders: " + acknowledged.size());
        check();
    }

    private void declare() throws Exception {
        try (Product product = up();
                Everything node = new Everything(product);
                Connection connection = node.amqp();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare("bills", true, false, false, Map.of());
            channel.queueBind("bills", "amq.topic", "order.#");
        }
    }

    private void run(Everything node, int client) {
        try (Jedis redis = node.redis()) {
            String count = redis.hget("counts", "" + client);
            for (int next = count == null ? 0 : Integer.parseInt(count); true; ) {
                if (ThreadLocalRandom.current().nextInt(WRONG_ONE_IN) == 0) {
                    fail(redis, client, next);
                } else {
                    List<Object> answers = order(redis, client, next, expected(next));
                    assertEquals(List.of("OK", next + 1L, "OK", 1L, (long) next), answers);
                    acknowledged.add(client + "-" + next);
                    next++;
                }
            }
        } catch (JedisConnectionException killed) {
            return; // What was not answered may be there or not.
        } catch (Throwable fault) {
            synchronized (faults) {
                faults.add(fault);
            }
        }
    }

    private static String expected(int next) {
        return next == 0 ? "none" : "" + (next - 1);
    }

    private static List<Object> order(Jedis redis, int client, int number, String expected) {
        String id = client + "-" + number;
        try (Transaction block = redis.multi()) {
            block.set("order:" + id, "x".repeat(1_000));
            block.hincrBy("counts", "" + client, 1);
            block.sendCommand(Mr.PUB, "orders", id);
            block.sendCommand(Mr.PUBX, "amq.topic", "order." + client, id);
            block.sendCommand(
                    Mr.APPEND, "client-" + client, "ordered", "\"" + id + "\"", "EXPECT", expected);
            return block.exec().stream().map(TransactionCrashTest::readable).toList();
        }
    }

    private static Object readable(Object answer) {
        return answer instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : answer;
    }

    /** Nothing of it may ever be seen. */
    private static void fail(Jedis redis, int client, int next) {
        try {
            order(redis, client, 1_000_000 + next, "" + (next + 7));
            throw new AssertionError("a wrong expectation was met");
        } catch (JedisDataException refused) {
            assertTrue(String.valueOf(refused.getMessage()).startsWith("EXECABORT"));
        }
    }

    private void check() throws Exception {
        try (Product product = up();
                Everything node = new Everything(product);
                Jedis redis = node.redis()) {
            Set<String> orders = new TreeSet<>();
            redis.keys("order:*").forEach(key -> orders.add(key.substring(6)));
            Set<String> lost = new TreeSet<>(acknowledged);
            lost.removeAll(orders);
            assertEquals(Set.of(), lost, "acknowledged, and not there");
            List<String> events = new ArrayList<>();
            int counted = 0;
            for (int client = 0; client < CLIENTS; client++) {
                List<String> ofClient = node.data("client-" + client);
                for (int i = 0; i < ofClient.size(); i++) {
                    assertEquals("\"" + client + "-" + i + "\"", ofClient.get(i));
                    events.add(client + "-" + i);
                }
                counted += Integer.parseInt(redis.hget("counts", "" + client));
            }
            assertEquals(orders.size(), counted);
            assertEquals(orders, once(events), "events");
            assertEquals(orders, once(node.topic("orders")), "messages of the topic");
            assertEquals(orders, once(node.queue("bills")), "messages of the queue");
        }
    }

    /** As a set; none may be there twice. */
    private static Set<String> once(List<String> all) {
        Set<String> distinct = new TreeSet<>(all);
        assertEquals(distinct.size(), all.size(), "some are there twice");
        return distinct;
    }
}
