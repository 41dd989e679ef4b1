package dev.millrace.it.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultSaslConfig;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;

import dev.millrace.it.Certificates;
import dev.millrace.it.crash.SmallDisk;
import dev.millrace.it.server.Await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Clients that fall silent, and a disk that is full. */
class AmqpFaultTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String QUEUE = "work";
    private static final int BODY_BYTES = 32 * 1024;
    private static final long SMALL_BYTES = 8 << 20;

    @TempDir Path scratch;

    // ---- Silence

    @Test
    void a_silent_client_is_sent_heartbeats_and_dropped_without_a_word() throws Exception {
        try (AmqpNode node = new AmqpNode();
                RawClient client = RawClient.opened(node.port(), 1)) {
            int heartbeats = 0;
            for (RawClient.Frame frame = client.nextOrEnd();
                    frame != null;
                    frame = client.nextOrEnd()) {
                assertEquals(8, frame.type());
                assertEquals(0, frame.channel());
                heartbeats++;
            }
            assertTrue(heartbeats > 0, "a heartbeat came first");
        }
    }

    @Test
    void a_client_that_only_sends_heartbeats_stays() throws Exception {
        try (AmqpNode node = new AmqpNode();
                RawClient client = RawClient.opened(node.port(), 1)) {
            for (int heard = 0; heard < 8; heard++) {
                assertEquals(8, client.next().type());
                client.frame(8, 0, new byte[0]);
            }
            client.publish("nowhere");
            client.contentHeader(60, 0);
            client.method(1, 20, 40, close -> RawClient.writeClose(close));
            client.expectPastHeartbeats(20_041);
        }
    }

    @Test
    void what_a_client_had_that_vanished_goes_to_another() throws Exception {
        try (AmqpNode node = new AmqpNode();
                Connection connection = node.connect()) {
            Channel channel = connection.createChannel();
            channel.queueDeclare(QUEUE, true, false, false, null);
            channel.basicPublish("", QUEUE, null, new byte[] {7});
            // Nothing ends this one's socket: it is held open, and nobody is behind it.
            RawClient vanished = RawClient.opened(node.port(), 1);
            vanished.get(QUEUE);
            vanished.expectPastHeartbeats(60_071);
            LinkedBlockingQueue<Delivery> got = new LinkedBlockingQueue<>();
            channel.basicConsume(QUEUE, true, (tag, delivery) -> got.add(delivery), tag -> {});
            Delivery again = got.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(again != null && again.getEnvelope().isRedeliver(), "it comes again");
            vanished.close();
        }
    }

    // ---- A full disk

    @Test
    void a_publisher_is_told_of_a_full_disk_and_loses_nothing() throws Exception {
        Path data = Files.createDirectory(scratch.resolve("data"));
        Set<Long> confirmed = new ConcurrentSkipListSet<>();
        try (SmallDisk disk = SmallDisk.at(data, SMALL_BYTES);
                AmqpNode node = AmqpNode.at(data, smallSegments())) {
            try (Connection publisher = impatient(node);
                    Connection consumer = node.connect()) {
                LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
                publisher.addBlockedListener(told::add, () -> told.add("unblocked"));
                long sent = publishUntil(publisher, told, confirmed);
                assertEquals("low on disk", told.poll());
                assertTrue(confirmed.size() < sent, "what did not fit is not confirmed");
                passHeartbeats(node);
                assertTrue(publisher.isOpen(), "nobody is taken for silent who is not listened to");
                // Who publishes nothing is served as before.
                Channel idle = consumer.createChannel();
                assertTrue(idle.messageCount(QUEUE) >= confirmed.size());
                disk.resize(SMALL_BYTES * 8);
                assertEquals("unblocked", told.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
                Await.until("all confirmed", PATIENCE, () -> confirmed.size() == sent);
            }
            node.killAndRestart();
            assertEquals(confirmed, drained(node));
        }
    }

    /** One whose heartbeats are as short as they can be. */
    private static Connection impatient(AmqpNode node) throws Exception {
        ConnectionFactory factory = node.factory();
        factory.setRequestedHeartbeat(1);
        return factory.newConnection();
    }

    private static String[] smallSegments() {
        return new String[] {
            "journal.segment-bytes=524288", "journal.spares=1", "journal.low-water-bytes=0"
        };
    }

    /** Waits for longer than a client may be silent whose heartbeats are as short as these. */
    private static void passHeartbeats(AmqpNode node) throws IOException {
        try (RawClient client = RawClient.opened(node.port(), 1)) {
            for (int heard = 0; heard < 8; heard++) {
                assertEquals(8, client.next().type());
                client.frame(8, 0, new byte[0]);
            }
        }
    }

    /** Publishes until the server says that it is blocked; how many. */
    private static long publishUntil(
            Connection connection, LinkedBlockingQueue<String> told, Set<Long> confirmed)
            throws IOException {
        Channel channel = connection.createChannel();
        channel.queueDeclare(QUEUE, true, false, false, null);
        channel.confirmSelect();
        channel.addConfirmListener(
                (tag, multiple) -> {
                    for (long one = multiple ? 1 : tag; one <= tag; one++) {
                        confirmed.add(one);
                    }
                },
                (tag, multiple) -> {
                    throw new AssertionError("nack " + tag);
                });
        long sent = 0;
        while (told.isEmpty() && sent * BODY_BYTES < 2 * SMALL_BYTES) {
            sent++;
            byte[] body = ByteBuffer.allocate(BODY_BYTES).putLong(sent).array();
            channel.basicPublish("", QUEUE, MessageProperties.PERSISTENT_BASIC, body);
            // No more than the sockets hold: what is not read would keep us from going on.
            long unconfirmedFrom = sent - 8;
            Await.until(
                    "confirms, or no space",
                    PATIENCE,
                    () -> confirmed.size() > unconfirmedFrom || !told.isEmpty());
        }
        Await.until("blocked", PATIENCE, () -> !told.isEmpty());
        return sent;
    }

    private static Set<Long> drained(AmqpNode node) throws IOException {
        Set<Long> found = new TreeSet<>();
        try (Connection connection = node.connect()) {
            Channel channel = connection.createChannel();
            for (GetResponse got = channel.basicGet(QUEUE, true);
                    got != null;
                    got = channel.basicGet(QUEUE, true)) {
                assertTrue(found.add(ByteBuffer.wrap(got.getBody()).getLong()), "once");
            }
        }
        return found;
    }

    // ---- Length in bytes, over a restart

    @Test
    void a_limit_of_bytes_counts_what_was_there_before_a_restart() throws Exception {
        try (AmqpNode node = new AmqpNode()) {
            try (Connection connection = node.connect()) {
                Channel channel = connection.createChannel();
                channel.queueDeclare(QUEUE, true, false, false, Map.of("x-max-length-bytes", 10));
                channel.confirmSelect();
                for (String body : List.of("aaaa", "bbbb")) {
                    channel.basicPublish("", QUEUE, null, body.getBytes(StandardCharsets.UTF_8));
                }
                assertTrue(channel.waitForConfirms());
                assertFalse(channel.basicGet(QUEUE, false).getEnvelope().isRedeliver());
            }
            node.killAndRestart();
            try (Connection connection = node.connect()) {
                Channel channel = connection.createChannel();
                channel.basicPublish("", QUEUE, null, new byte[4]);
                assertEquals(2, channel.messageCount(QUEUE));
                assertEquals('b', channel.basicGet(QUEUE, true).getBody()[0]);
            }
        }
    }

    // ---- Who a client is by its certificate

    @Test
    void a_client_is_known_by_its_certificate() throws Exception {
        Certificates certificates = new Certificates(scratch, "guest");
        try (AmqpNode node = new AmqpNode(withTls(certificates))) {
            ConnectionFactory factory = node.factory();
            factory.setSaslConfig(DefaultSaslConfig.EXTERNAL);
            factory.useSslProtocol(certificates.context());
            try (Connection connection = factory.newConnection()) {
                Channel channel = connection.createChannel();
                channel.basicPublish(
                        "",
                        "nowhere",
                        new AMQP.BasicProperties.Builder().userId("guest").build(),
                        new byte[0]);
                channel.basicQos(1);
                assertTrue(channel.isOpen());
            }
        }
    }

    @Test
    void a_certificate_of_somebody_else_is_refused() throws Exception {
        Certificates certificates = new Certificates(scratch, "somebody");
        try (AmqpNode node = new AmqpNode(withTls(certificates))) {
            ConnectionFactory factory = node.factory();
            factory.setSaslConfig(DefaultSaslConfig.EXTERNAL);
            factory.useSslProtocol(certificates.context());
            AuthenticationFailureException refused =
                    assertThrows(AuthenticationFailureException.class, factory::newConnection);
            assertTrue(
                    String.valueOf(refused.getMessage())
                            .contains("Login was refused using authentication mechanism EXTERNAL"),
                    refused::toString);
        }
    }

    private static String[] withTls(Certificates certificates) throws Exception {
        List<String> settings = new ArrayList<>(List.of(certificates.settings()));
        settings.add("queue.amqp.tls=true");
        return settings.toArray(String[]::new);
    }
}
