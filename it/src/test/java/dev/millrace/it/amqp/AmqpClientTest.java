package dev.millrace.it.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;

import dev.millrace.it.server.Await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** RabbitMQ's own client for Java, unchanged. */
class AmqpClientTest {
    private static final Duration TOLD_MAX = Duration.ofSeconds(20);
    private static final List<AmqpNode> NODES = new ArrayList<>();

    private Connection connection;
    private Channel channel;

    @BeforeAll
    static void start() throws IOException {
        NODES.add(new AmqpNode());
    }

    @AfterAll
    static void end() throws IOException {
        NODES.getFirst().close();
    }

    @BeforeEach
    void connect() throws IOException {
        connection = NODES.getFirst().connect();
        channel = connection.createChannel();
    }

    @AfterEach
    void close() throws IOException {
        if (connection.isOpen()) {
            connection.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(GetResponse got) {
        return new String(got.getBody(), StandardCharsets.UTF_8);
    }

    private String queue(Map<String, Object> arguments) throws IOException {
        return channel.queueDeclare("", false, true, false, arguments).getQueue();
    }

    private String queue() throws IOException {
        return queue(Map.of());
    }

    private void publish(String queue, String... bodies) throws IOException {
        for (String body : bodies) {
            channel.basicPublish("", queue, null, bytes(body));
        }
    }

    /** All that is in a queue, taken out of it. */
    private List<String> drain(String queue) throws IOException {
        List<String> found = new ArrayList<>();
        for (GetResponse got = channel.basicGet(queue, true);
                got != null;
                got = channel.basicGet(queue, true)) {
            found.add(text(got));
        }
        return found;
    }

    private BlockingQueue<Delivery> consume(String queue, boolean autoAck) throws IOException {
        BlockingQueue<Delivery> got = new ArrayBlockingQueue<>(1000);
        channel.basicConsume(queue, autoAck, (tag, delivery) -> got.add(delivery), tag -> {});
        return got;
    }

    private static String next(BlockingQueue<Delivery> got) throws InterruptedException {
        Delivery delivery = got.poll(TOLD_MAX.toSeconds(), TimeUnit.SECONDS);
        if (delivery == null) {
            throw new AssertionError("nothing was delivered");
        }
        return new String(delivery.getBody(), StandardCharsets.UTF_8);
    }

    private static String reason(Exception thrown) {
        Throwable cause = thrown instanceof ShutdownSignalException ? thrown : thrown.getCause();
        if (cause instanceof ShutdownSignalException signal) {
            return switch (signal.getReason()) {
                case AMQP.Channel.Close close -> close.getReplyText();
                case AMQP.Connection.Close close -> close.getReplyText();
                default -> signal.getReason().toString();
            };
        }
        return String.valueOf(cause);
    }

    // ---- Publishing and getting

    @Test
    void confirmed_messages_are_there_with_their_properties() throws Exception {
        String queue = queue();
        channel.confirmSelect();
        AMQP.BasicProperties properties =
                MessageProperties.PERSISTENT_TEXT_PLAIN
                        .builder()
                        .headers(Map.of("a", 1, "b", "x", "c", List.of(true, 2L)))
                        .correlationId("corr")
                        .build();
        channel.basicPublish("", queue, properties, bytes("one"));
        publish(queue, "two");
        channel.waitForConfirmsOrDie(TOLD_MAX.toMillis());
        GetResponse got = channel.basicGet(queue, false);
        assertEquals("one", text(got));
        assertEquals(1, got.getMessageCount());
        assertEquals("corr", got.getProps().getCorrelationId());
        assertEquals(2, got.getProps().getDeliveryMode());
        assertEquals(1, got.getProps().getHeaders().get("a"));
        assertEquals(List.of(true, 2L), got.getProps().getHeaders().get("c"));
        assertFalse(got.getEnvelope().isRedeliver());
        channel.basicNack(got.getEnvelope().getDeliveryTag(), false, true);
        GetResponse again = channel.basicGet(queue, true);
        assertEquals("one", text(again));
        assertTrue(again.getEnvelope().isRedeliver());
        assertEquals(List.of("two"), drain(queue));
    }

    @Test
    void a_message_of_many_frames_and_an_empty_one_arrive_whole() throws Exception {
        String queue = queue();
        byte[] large = new byte[3 << 20];
        new Random(1).nextBytes(large);
        channel.basicPublish("", queue, null, large);
        channel.basicPublish("", queue, null, new byte[0]);
        assertArrayEquals(large, channel.basicGet(queue, true).getBody());
        assertEquals(0, channel.basicGet(queue, true).getBody().length);
    }

    @Test
    void what_goes_nowhere_is_returned_if_it_is_mandatory() throws Exception {
        BlockingQueue<String> returned = new ArrayBlockingQueue<>(2);
        channel.addReturnListener(
                back ->
                        returned.add(
                                back.getReplyCode()
                                        + " "
                                        + back.getReplyText()
                                        + " "
                                        + new String(back.getBody(), StandardCharsets.UTF_8)));
        channel.confirmSelect();
        channel.basicPublish("amq.direct", "nowhere", true, null, bytes("x"));
        channel.waitForConfirmsOrDie(TOLD_MAX.toMillis());
        assertEquals("312 NO_ROUTE x", returned.poll(TOLD_MAX.toSeconds(), TimeUnit.SECONDS));
    }

    // ---- Routing

    @Test
    void exchanges_route_as_their_type_says() throws Exception {
        String topic = queue();
        String headers = queue();
        String direct = queue();
        channel.queueBind(topic, "amq.topic", "a.*.#");
        channel.queueBind(headers, "amq.headers", "", Map.of("x-match", "any", "h", 7));
        channel.queueBind(direct, "amq.direct", "k");
        channel.basicPublish("amq.topic", "a.b", null, bytes("t1"));
        channel.basicPublish("amq.topic", "a", null, bytes("t2"));
        AMQP.BasicProperties seven =
                new AMQP.BasicProperties.Builder().headers(Map.of("h", 7)).build();
        channel.basicPublish("amq.headers", "", seven, bytes("h1"));
        channel.basicPublish("amq.headers", "", null, bytes("h2"));
        channel.basicPublish("amq.direct", "k", null, bytes("d1"));
        assertEquals(List.of("t1"), drain(topic));
        assertEquals(List.of("h1"), drain(headers));
        assertEquals(List.of("d1"), drain(direct));
        channel.queueUnbind(direct, "amq.direct", "k");
        channel.basicPublish("amq.direct", "k", null, bytes("d2"));
        assertEquals(List.of(), drain(direct));
    }

    @Test
    void exchanges_bind_to_exchanges_and_have_alternates() throws Exception {
        String caught = queue();
        channel.exchangeDeclare("it.alternate", "fanout", false, true, null);
        channel.queueBind(caught, "it.alternate", "");
        channel.exchangeDeclare(
                "it.first", "direct", false, true, Map.of("alternate-exchange", "it.alternate"));
        channel.exchangeDeclare("it.second", "fanout", false, true, null);
        channel.exchangeBind("it.second", "it.first", "k");
        String passed = queue();
        channel.queueBind(passed, "it.second", "");
        channel.basicPublish("it.first", "k", null, bytes("passed"));
        channel.basicPublish("it.first", "other", null, bytes("caught"));
        assertEquals(List.of("passed"), drain(passed));
        assertEquals(List.of("caught"), drain(caught));
        channel.queueDelete(passed);
        IOException gone =
                assertThrows(IOException.class, () -> channel.exchangeDeclarePassive("it.second"));
        assertEquals("NOT_FOUND - no exchange 'it.second' in vhost '/'", reason(gone));
    }

    // ---- Consuming

    @Test
    void a_consumer_has_no_more_than_its_prefetch() throws Exception {
        String queue = queue();
        publish(queue, "a", "b", "c", "d");
        channel.basicQos(2);
        BlockingQueue<Delivery> got = consume(queue, false);
        assertEquals("a", next(got));
        assertEquals("b", next(got));
        assertEquals(2, channel.messageCount(queue));
        assertTrue(got.isEmpty());
        channel.basicAck(2, true);
        assertEquals("c", next(got));
        assertEquals("d", next(got));
        channel.basicReject(3, true);
        Delivery again = got.poll(TOLD_MAX.toSeconds(), TimeUnit.SECONDS);
        assertEquals("c", new String(again.getBody(), StandardCharsets.UTF_8));
        assertTrue(again.getEnvelope().isRedeliver());
    }

    @Test
    void consumers_take_turns_and_a_closed_channel_gives_back() throws Exception {
        String queue = queue();
        Channel other = connection.createChannel();
        BlockingQueue<Delivery> first = consume(queue, false);
        BlockingQueue<Delivery> second = new ArrayBlockingQueue<>(10);
        other.basicConsume(queue, false, (tag, one) -> second.add(one), tag -> {});
        publish(queue, "a", "b", "c", "d");
        List<String> all = new ArrayList<>(List.of(next(first), next(first)));
        all.addAll(List.of(next(second), next(second)));
        all.sort(null);
        assertEquals(List.of("a", "b", "c", "d"), all);
        other.close();
        assertEquals(2, List.of(next(first), next(first)).size());
    }

    @Test
    void a_consumer_is_told_when_its_queue_goes() throws Exception {
        String queue = queue();
        List<String> cancelled = new CopyOnWriteArrayList<>();
        channel.basicConsume(
                queue,
                true,
                "tag",
                new DefaultConsumer(channel) {
                    @Override
                    public void handleCancel(String tag) {
                        cancelled.add(tag);
                    }
                });
        connection.createChannel().queueDelete(queue);
        Await.until(() -> "cancelled", TOLD_MAX, () -> !cancelled.isEmpty());
        assertEquals(List.of("tag"), cancelled);
    }

    @Test
    void replies_come_directly() throws Exception {
        String server = queue();
        Channel serving = connection.createChannel();
        serving.basicConsume(
                server,
                true,
                (tag, request) ->
                        serving.basicPublish(
                                "",
                                request.getProperties().getReplyTo(),
                                null,
                                bytes(
                                        "re: "
                                                + new String(
                                                        request.getBody(),
                                                        StandardCharsets.UTF_8))),
                tag -> {});
        BlockingQueue<Delivery> replies = consume("amq.rabbitmq.reply-to", true);
        AMQP.BasicProperties direct =
                new AMQP.BasicProperties.Builder().replyTo("amq.rabbitmq.reply-to").build();
        channel.basicPublish("", server, direct, bytes("question"));
        assertEquals("re: question", next(replies));
    }

    // ---- What becomes of messages

    @Test
    void messages_expire_into_the_dead_letter_exchange_with_their_story() throws Exception {
        String dead = queue();
        String queue =
                queue(
                        Map.of(
                                "x-message-ttl",
                                20,
                                "x-dead-letter-exchange",
                                "",
                                "x-dead-letter-routing-key",
                                dead));
        publish(queue, "late");
        Await.until(() -> "dead", TOLD_MAX, () -> countOf(dead) == 1);
        GetResponse got = channel.basicGet(dead, true);
        Object deaths = got.getProps().getHeaders().get("x-death");
        Map<?, ?> death = (Map<?, ?>) ((List<?>) deaths).getFirst();
        assertEquals("expired", death.get("reason").toString());
        assertEquals(queue, death.get("queue").toString());
        assertEquals(1L, death.get("count"));
        assertEquals(queue, got.getProps().getHeaders().get("x-first-death-queue").toString());
        assertEquals(0, countOf(queue));
    }

    private long countOf(String queue) {
        try {
            return channel.messageCount(queue);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void a_rejected_message_and_one_with_its_own_expiration_die_too() throws Exception {
        String dead = queue();
        String queue =
                queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead));
        publish(queue, "rejected");
        GetResponse got = channel.basicGet(queue, false);
        channel.basicReject(got.getEnvelope().getDeliveryTag(), false);
        assertEquals(List.of("rejected"), drain(dead));
        AMQP.BasicProperties soon = new AMQP.BasicProperties.Builder().expiration("10").build();
        channel.basicPublish("", queue, soon, bytes("expired"));
        Await.until(() -> "dead", TOLD_MAX, () -> countOf(dead) == 1);
        assertNull(channel.basicGet(dead, true).getProps().getExpiration());
    }

    @Test
    void a_full_queue_drops_its_oldest_or_refuses() throws Exception {
        String dropping = queue(Map.of("x-max-length", 2));
        publish(dropping, "a", "b", "c", "d");
        assertEquals(List.of("c", "d"), drain(dropping));
        String refusing = queue(Map.of("x-max-length", 2, "x-overflow", "reject-publish"));
        Channel confirming = connection.createChannel();
        List<String> told = new CopyOnWriteArrayList<>();
        confirming.addConfirmListener(
                (tag, multiple) -> told.add("ack " + tag),
                (tag, multiple) -> told.add("nack " + tag));
        confirming.confirmSelect();
        for (String body : List.of("a", "b", "c")) {
            confirming.basicPublish("", refusing, null, bytes(body));
        }
        Await.until(() -> "told " + told, TOLD_MAX, () -> told.contains("nack 3"));
        assertEquals(List.of("a", "b"), drain(refusing));
    }

    @Test
    void those_of_a_higher_priority_come_first() throws Exception {
        String queue = queue(Map.of("x-max-priority", 5));
        for (int priority : new int[] {1, 5, 0, 9, 3}) {
            AMQP.BasicProperties properties =
                    new AMQP.BasicProperties.Builder().priority(priority).build();
            channel.basicPublish("", queue, properties, bytes("p" + priority));
        }
        assertEquals(List.of("p5", "p9", "p3", "p1", "p0"), drain(queue));
    }

    @Test
    void a_transaction_happens_wholly_or_not_at_all() throws Exception {
        String queue = queue();
        publish(queue, "old");
        Channel other = connection.createChannel();
        other.txSelect();
        GetResponse old = other.basicGet(queue, false);
        other.basicPublish("", queue, null, bytes("new"));
        other.basicAck(old.getEnvelope().getDeliveryTag(), false);
        assertEquals(0, channel.messageCount(queue));
        other.txRollback();
        other.basicPublish("", queue, null, bytes("newer"));
        other.basicAck(old.getEnvelope().getDeliveryTag(), false);
        other.txCommit();
        other.close();
        assertEquals(List.of("newer"), drain(queue));
    }

    // ---- Queues

    @Test
    void a_queue_declared_otherwise_is_refused_in_rabbits_words() throws Exception {
        channel.queueDeclare("it.same", false, false, true, Map.of("x-message-ttl", 1000));
        IOException refused =
                assertThrows(
                        IOException.class,
                        () -> channel.queueDeclare("it.same", true, false, true, null));
        assertEquals(
                "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'it.same' in vhost '/':"
                        + " received 'true' but current is 'false'",
                reason(refused));
        Channel other = connection.createChannel();
        refused =
                assertThrows(
                        IOException.class,
                        () -> other.queueDeclare("it.same", false, false, true, null));
        assertEquals(
                "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'it.same' in vhost"
                        + " '/': received none but current is the value '1000' of type 'signedint'",
                reason(refused));
        connection.createChannel().queueDelete("it.same");
    }

    @Test
    void an_exclusive_queue_is_locked_and_goes_with_its_connection() throws Exception {
        channel.queueDeclare("it.mine", false, true, false, null);
        try (Connection stranger = NODES.getFirst().connect()) {
            Channel theirs = stranger.createChannel();
            IOException locked =
                    assertThrows(IOException.class, () -> theirs.queueDeclarePassive("it.mine"));
            assertTrue(reason(locked).startsWith("RESOURCE_LOCKED - "), reason(locked));
            connection.close();
            Channel later = stranger.createChannel();
            IOException gone =
                    assertThrows(IOException.class, () -> later.queueDeclarePassive("it.mine"));
            assertEquals("NOT_FOUND - no queue 'it.mine' in vhost '/'", reason(gone));
        }
    }

    @Test
    void a_queue_goes_with_its_last_consumer_or_when_nobody_uses_it() throws Exception {
        channel.queueDeclare("it.auto", false, false, true, null);
        String tag = channel.basicConsume("it.auto", true, (t, d) -> {}, t -> {});
        channel.basicCancel(tag);
        channel.queueDeclare("it.unused", false, false, false, Map.of("x-expires", 50));
        Await.until(() -> "both gone", TOLD_MAX, () -> !isThere("it.auto"));
        Await.until(() -> "both gone", TOLD_MAX, () -> !isThere("it.unused"));
    }

    private boolean isThere(String queue) {
        try (Channel asking = connection.createChannel()) {
            // x-expires: a passive declaration would be a use, a purge is none.
            asking.queuePurge(queue);
            return true;
        } catch (IOException gone) {
            return false;
        } catch (TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    @Test
    void queues_are_purged_and_deleted_as_conditions_allow() throws Exception {
        String queue = queue();
        publish(queue, "a", "b");
        IOException full =
                assertThrows(
                        IOException.class,
                        () -> connection.createChannel().queueDelete(queue, false, true));
        assertTrue(reason(full).endsWith("' in vhost '/' not empty"), reason(full));
        assertEquals(2, channel.queuePurge(queue).getMessageCount());
        assertEquals(0, channel.queueDelete(queue, true, true).getMessageCount());
        assertEquals(0, channel.queueDelete(queue).getMessageCount());
    }

    // ---- Strangers and mistakes

    @Test
    void a_wrong_password_is_refused() {
        ConnectionFactory factory = NODES.getFirst().factory();
        factory.setPassword("wrong");
        AuthenticationFailureException refused =
                assertThrows(AuthenticationFailureException.class, factory::newConnection);
        assertTrue(
                refused.getMessage()
                        .contains("Login was refused using authentication mechanism PLAIN"));
    }

    @Test
    void there_is_one_virtual_host() {
        ConnectionFactory factory = NODES.getFirst().factory();
        factory.setVirtualHost("other");
        IOException refused = assertThrows(IOException.class, factory::newConnection);
        assertEquals("NOT_ALLOWED - vhost other not found", reason(refused));
    }

    @Test
    void a_soft_error_ends_the_channel_and_a_hard_one_the_connection() throws Exception {
        Channel other = connection.createChannel();
        other.basicAck(7, false);
        Await.until(() -> "the channel ends", TOLD_MAX, () -> !other.isOpen());
        assertEquals(
                "PRECONDITION_FAILED - unknown delivery tag 7", reason(other.getCloseReason()));
        assertTrue(channel.isOpen());
        assertThrows(IOException.class, () -> channel.exchangeDeclare("it.x", "no-such-type"));
        assertFalse(connection.isOpen());
        assertThrows(AlreadyClosedException.class, () -> connection.createChannel());
    }

    // ---- Restarts

    @Test
    void what_is_durable_survives_a_kill_and_what_was_unacknowledged_comes_again()
            throws Exception {
        try (AmqpNode node = new AmqpNode()) {
            Connection before = node.connect();
            Channel setting = before.createChannel();
            setting.exchangeDeclare("kept", "topic", true);
            setting.exchangeDeclare("lost", "topic", false);
            setting.queueDeclare("kept", true, false, false, Map.of("x-max-priority", 2));
            setting.queueDeclare("lost", false, false, false, null);
            setting.queueBind("kept", "kept", "#");
            setting.confirmSelect();
            for (int i = 0; i < 100; i++) {
                setting.basicPublish(
                        "kept", "k", MessageProperties.PERSISTENT_BASIC, bytes("m" + i));
            }
            setting.waitForConfirmsOrDie(TOLD_MAX.toMillis());
            setting.basicAck(setting.basicGet("kept", false).getEnvelope().getDeliveryTag(), false);
            setting.basicGet("kept", false);
            setting.queueDeclarePassive("kept");
            node.killAndRestart();
            try (Connection after = node.connect()) {
                Channel looking = after.createChannel();
                assertEquals(99, looking.messageCount("kept"));
                GetResponse first = looking.basicGet("kept", true);
                assertEquals("m1", text(first));
                Envelope envelope = first.getEnvelope();
                assertTrue(envelope.isRedeliver());
                assertEquals("kept", envelope.getExchange());
                looking.basicPublish("kept", "k", null, bytes("more"));
                assertEquals(99, looking.messageCount("kept"));
                assertThrows(IOException.class, () -> looking.queueDeclarePassive("lost"));
                Channel other = after.createChannel();
                assertThrows(IOException.class, () -> other.exchangeDeclarePassive("lost"));
            }
        }
    }
}
