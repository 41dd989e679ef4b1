package dev.millrace.it.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sproutsocial.nsq.Client;
import com.sproutsocial.nsq.Message;
import com.sproutsocial.nsq.MessageHandler;
import com.sproutsocial.nsq.Publisher;
import com.sproutsocial.nsq.Subscriber;

import dev.millrace.it.Product;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** nsq-j, whose consumers find the node through a lookupd. */
class NsqJTest {
    private static final int PATIENCE_SECONDS = 30;

    @TempDir Path data;
    private Product product;
    private final Client client = new Client();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() throws IOException {
        product = Product.up(data, "--only", "queue");
    }

    @AfterEach
    void stop() throws IOException {
        client.stop();
        product.close();
    }

    private Publisher publisher() {
        return new Publisher(client, "127.0.0.1:" + product.port("queue.nsq.port"), null);
    }

    private void subscribe(String topic, MessageHandler handler) {
        String lookup = "127.0.0.1:" + product.port("queue.nsqlookup.http.port");
        new Subscriber(client, 1, 3, lookup).subscribe(topic, "channel", handler);
    }

    private void take(Message message) {
        received.add(new String(message.getData(), StandardCharsets.UTF_8));
        message.finish();
    }

    private String next() throws InterruptedException {
        String message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return message == null ? "nothing" : message;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_thousand_messages_one_by_one_and_in_batches_all_arrive() throws Exception {
        Publisher publisher = publisher();
        Set<String> sent = new TreeSet<>();
        for (int i = 0; i < 1_000; i += 2) {
            publisher.publish("many", bytes("m" + i));
            publisher.publish("many", List.of(bytes("m" + (i + 1)), bytes("b" + i)));
            sent.addAll(List.of("m" + i, "m" + (i + 1), "b" + i));
        }
        subscribe("many", this::take);
        Set<String> arrived = new TreeSet<>();
        while (arrived.size() < sent.size()) {
            assertTrue(arrived.add(next()));
        }
        assertEquals(sent, arrived);
    }

    @Test
    void a_message_that_is_given_back_comes_again() throws Exception {
        publisher().publish("again", bytes("x"));
        subscribe(
                "again",
                message -> {
                    if (message.getAttempts() == 1) {
                        message.requeue(0);
                    } else {
                        take(message);
                    }
                });
        assertEquals("x", next());
    }

    @Test
    void a_deferred_message_comes_late() throws Exception {
        long start = System.nanoTime();
        publisher().publishDeferred("late", bytes("x"), 1_200, TimeUnit.MILLISECONDS);
        subscribe("late", this::take);
        assertEquals("x", next());
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(1_200));
    }
}
