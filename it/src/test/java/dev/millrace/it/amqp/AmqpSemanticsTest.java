package dev.millrace.it.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What users of RabbitMQ know that nothing in the specification says. */
class AmqpSemanticsTest {
    private static final long SECONDS_MAX = 20;
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
        connection.close();
    }

    private String queue(Map<String, Object> arguments) throws IOException {
        return channel.queueDeclare("", false, true, false, arguments).getQueue();
    }

    private void publish(String queue, String... bodies) throws IOException {
        for (String body : bodies) {
            channel.basicPublish("", queue, null, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Consumes on a channel of its own, one at a time, and says for whom each message came. */
    private Channel consumer(
            String queue, String name, Map<String, Object> arguments, BlockingQueue<String> told)
            throws IOException {
        Channel own = connection.createChannel();
        own.basicQos(1);
        own.basicConsume(
                queue,
                false,
                name,
                false,
                false,
                arguments,
                new DefaultConsumer(own) {
                    @Override
                    public void handleDelivery(
                            String tag,
                            Envelope envelope,
                            AMQP.BasicProperties properties,
                            byte[] body) {
                        told.add(name + " " + new String(body, StandardCharsets.UTF_8));
                    }
                });
        return own;
    }

    private static String next(BlockingQueue<String> told) throws InterruptedException {
        return String.valueOf(told.poll(SECONDS_MAX, TimeUnit.SECONDS));
    }

    @Test
    void a_consumer_of_a_higher_priority_comes_first_while_it_takes_any() throws Exception {
        String queue = queue(Map.of());
        // A queue each: what comes on two channels is told by two threads, in no order.
        BlockingQueue<String> toLow = new LinkedBlockingQueue<>();
        BlockingQueue<String> toHigh = new LinkedBlockingQueue<>();
        Channel low = consumer(queue, "low", Map.of(), toLow);
        Channel high = consumer(queue, "high", Map.of("x-priority", 10), toHigh);
        publish(queue, "1", "2");
        assertEquals("high 1", next(toHigh));
        assertEquals("low 2", next(toLow));
        high.basicAck(1, false);
        low.basicAck(1, false);
        channel.basicQos(1);
        publish(queue, "3");
        assertEquals("high 3", next(toHigh));
    }

    @Test
    void of_those_that_wait_for_a_single_active_consumer_the_next_takes_over() throws Exception {
        String queue = queue(Map.of("x-single-active-consumer", true));
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        Channel first = consumer(queue, "first", Map.of(), told);
        consumer(queue, "second", Map.of("x-priority", 10), told);
        publish(queue, "1", "2");
        assertEquals("first 1", next(told));
        first.basicAck(1, false);
        assertEquals("first 2", next(told));
        first.close();
        assertEquals("second 2", next(told));
        assertTrue(told.isEmpty());
        IOException refused =
                assertThrows(
                        IOException.class,
                        () ->
                                connection
                                        .createChannel()
                                        .basicConsume(
                                                queue,
                                                false,
                                                "",
                                                false,
                                                true,
                                                Map.of(),
                                                new DefaultConsumer(channel)));
        assertTrue(
                String.valueOf(refused.getCause()).contains("in exclusive use"),
                () -> String.valueOf(refused.getCause()));
    }

    @Test
    void what_goes_nowhere_is_returned_before_it_is_confirmed() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        channel.addReturnListener(returned -> told.add("returned"));
        channel.addConfirmListener(
                (tag, multiple) -> told.add("confirmed"), (tag, multiple) -> told.add("refused"));
        channel.confirmSelect();
        for (int i = 0; i < 3; i++) {
            channel.basicPublish("amq.direct", "nowhere", true, null, new byte[1]);
            assertEquals("returned", next(told));
            assertEquals("confirmed", next(told));
        }
    }

    @Test
    void a_message_goes_by_the_keys_in_its_headers_too_and_by_the_hidden_ones_unseen()
            throws Exception {
        String plain = queue(Map.of());
        String open = queue(Map.of());
        String hidden = queue(Map.of());
        channel.basicPublish(
                "",
                plain,
                new AMQP.BasicProperties.Builder()
                        .headers(Map.of("CC", List.of(open, plain), "BCC", List.of(hidden), "h", 1))
                        .build(),
                new byte[] {7});
        for (String queue : List.of(plain, open, hidden)) {
            assertEquals(1, channel.messageCount(queue), queue);
            AMQP.BasicProperties got = channel.basicGet(queue, true).getProps();
            assertEquals(List.of("CC", "h"), got.getHeaders().keySet().stream().sorted().toList());
        }
    }

    @Test
    void the_story_of_a_dead_letter_counts_its_deaths_and_names_all_its_keys() throws Exception {
        String work = queue(Map.of("x-dead-letter-exchange", "amq.fanout"));
        channel.queueBind(work, "amq.fanout", "");
        BlockingQueue<Delivery> got = new LinkedBlockingQueue<>();
        channel.basicPublish(
                "",
                work,
                new AMQP.BasicProperties.Builder().headers(Map.of("CC", List.of("other"))).build(),
                new byte[] {7});
        channel.basicConsume(work, false, (tag, delivery) -> got.add(delivery), tag -> {});
        for (long deaths = 1; deaths <= 3; deaths++) {
            Delivery delivery = got.poll(SECONDS_MAX, TimeUnit.SECONDS);
            channel.basicReject(delivery.getEnvelope().getDeliveryTag(), false);
        }
        Delivery last = got.poll(SECONDS_MAX, TimeUnit.SECONDS);
        List<?> deaths = (List<?>) last.getProperties().getHeaders().get("x-death");
        // One entry, which tells of the first time, although the others came by another exchange.
        assertEquals(1, deaths.size());
        Map<?, ?> death = (Map<?, ?>) deaths.getFirst();
        assertEquals(3L, death.get("count"));
        assertEquals("rejected", death.get("reason").toString());
        assertEquals(work, death.get("queue").toString());
        assertEquals("[" + work + ", other]", death.get("routing-keys").toString());
        assertEquals("", death.get("exchange").toString());
        assertTrue(death.get("time") instanceof Date, "when");
    }
}
