package dev.millrace.it.transaction;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.sproutsocial.nsq.Client;
import com.sproutsocial.nsq.MessageHandler;
import com.sproutsocial.nsq.Subscriber;

import dev.millrace.it.Product;

import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBConnectionString;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamNotFoundException;

import redis.clients.jedis.Jedis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What the foreign clients of every room see of one node. */
final class Everything implements AutoCloseable {
    private static final int EVENTS_MAX = 10_000_000;

    /** Nothing more comes, if nothing has for so long. */
    private static final long SILENCE_MILLIS = 1_500;

    private final Product product;
    private final KurrentDBClient events;

    Everything(Product product) throws Exception {
        this.product = product;
        this.events =
                KurrentDBClient.create(
                        KurrentDBConnectionString.parseOrThrow(
                                "kurrentdb://127.0.0.1:"
                                        + product.port("events.grpc.port")
                                        + "?tls=false&maxDiscoverAttempts=3&defaultDeadline=10000"));
    }

    Jedis redis() {
        return new Jedis("127.0.0.1", product.port("kv.resp.port"));
    }

    Connection amqp() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(product.port("queue.amqp.port"));
        return factory.newConnection();
    }

    /** All that a stream has; nothing if it is not there. */
    List<ResolvedEvent> stream(String stream) throws Exception {
        try {
            return events.readStream(
                            stream, ReadStreamOptions.get().fromStart().maxCount(EVENTS_MAX))
                    .get()
                    .getEvents();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof StreamNotFoundException) {
                return List.of();
            }
            throw failure;
        }
    }

    /** The data of what a stream has. */
    List<String> data(String stream) throws Exception {
        return stream(stream).stream().map(event -> text(event.getEvent().getEventData())).toList();
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** Takes what a topic has for a channel, until nothing more comes. */
    List<String> topic(String topic) throws InterruptedException {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        Client client = new Client();
        try {
            String lookup = "127.0.0.1:" + product.port("queue.nsqlookup.http.port");
            Subscriber subscriber = new Subscriber(client, 1, 3, lookup);
            subscriber.setDefaultMaxInFlight(200);
            MessageHandler taking =
                    message -> {
                        received.add(text(message.getData()));
                        message.finish();
                    };
            subscriber.subscribe(topic, "check", taking);
            List<String> all = new ArrayList<>();
            String next = received.poll(20, TimeUnit.SECONDS);
            while (next != null) {
                all.add(next);
                next = received.poll(SILENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
            return all;
        } finally {
            client.stop();
        }
    }

    /** Takes what an AMQP queue has. */
    List<String> queue(String queue) throws Exception {
        List<String> all = new ArrayList<>();
        try (Connection connection = amqp();
                Channel channel = connection.createChannel()) {
            GetResponse next = channel.basicGet(queue, true);
            while (next != null) {
                all.add(text(next.getBody()));
                next = channel.basicGet(queue, true);
            }
        }
        return all;
    }

    @Override
    public void close() {
        events.shutdown().join();
    }
}
