package dev.millrace.it.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;

import dev.millrace.it.server.Await;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** SIGKILL while a client publishes and another consumes. */
class AmqpCrashTest {
    private static final int ROUNDS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String QUEUE = "work";

    private final Set<Long> confirmed = ConcurrentHashMap.newKeySet();
    private final AtomicLong published = new AtomicLong();

    /** What the consumer acknowledged; the last of it may not have reached the server. */
    private final List<Long> acknowledged = new ArrayList<>();

    @Test
    void what_was_confirmed_is_delivered_and_in_order() throws Exception {
        Random random = new Random(7);
        try (AmqpNode node = new AmqpNode()) {
            try (Connection connection = node.connect()) {
                connection.createChannel().queueDeclare(QUEUE, true, false, false, null);
            }
            for (int round = 0; round < ROUNDS; round++) {
                Thread publisher = Thread.ofPlatform().start(() -> publish(node));
                Thread consumer = Thread.ofPlatform().start(() -> consume(node));
                int until = confirmed.size() + 2_000 + random.nextInt(3_000);
                Await.until(() -> "confirms", PATIENCE, () -> confirmed.size() >= until);
                node.killAndRestart();
                publisher.join();
                consumer.join();
            }
            Set<Long> seen = new TreeSet<>(acknowledged);
            List<Long> left = drain(node);
            seen.addAll(left);
            for (long number : confirmed) {
                assertTrue(seen.contains(number), number + " was confirmed and is lost");
            }
            assertEquals(left.stream().sorted().toList(), left, "in order");
            assertEquals(left.size(), new TreeSet<>(left).size(), "each once");
        }
    }

    private void publish(AmqpNode node) {
        try (Connection connection = node.connect()) {
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            long base = published.get() - 1;
            AtomicLong last = new AtomicLong();
            channel.addConfirmListener(
                    (tag, multiple) -> {
                        long first = multiple ? last.get() + 1 : tag;
                        for (long one = first; one <= tag; one++) {
                            confirmed.add(base + one);
                        }
                        last.set(tag);
                    },
                    (tag, multiple) -> {
                        throw new AssertionError("nack " + tag);
                    });
            while (channel.isOpen()) {
                long number = published.getAndIncrement();
                channel.basicPublish(
                        "",
                        QUEUE,
                        MessageProperties.PERSISTENT_BASIC,
                        Long.toString(number).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException | ShutdownSignalException killed) {
            // What was sent last and not confirmed may be there or not; its number is not used
            // again.
            return;
        }
    }

    private void consume(AmqpNode node) {
        try (Connection connection = node.connect()) {
            Channel channel = connection.createChannel();
            while (channel.isOpen()) {
                GetResponse got = channel.basicGet(QUEUE, false);
                if (got != null) {
                    acknowledged.add(number(got));
                    channel.basicAck(got.getEnvelope().getDeliveryTag(), false);
                }
            }
        } catch (IOException | ShutdownSignalException killed) {
            return;
        }
    }

    private static long number(GetResponse got) {
        return Long.parseLong(new String(got.getBody(), StandardCharsets.UTF_8));
    }

    private static List<Long> drain(AmqpNode node) throws IOException, TimeoutException {
        List<Long> left = new ArrayList<>();
        try (Connection connection = node.connect()) {
            Channel channel = connection.createChannel();
            for (GetResponse got = channel.basicGet(QUEUE, true);
                    got != null;
                    got = channel.basicGet(QUEUE, true)) {
                left.add(number(got));
            }
        }
        return left;
    }
}
