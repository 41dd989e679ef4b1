package dev.millrace.bench.queue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.MessageProperties;

import dev.millrace.bench.server.ProcessCpu;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Producers that wait for confirms after each batch, consumers that acknowledge a batch at a time,
 * each with a connection of its own, on one durable queue, persistent messages.
 *
 * @param pairs producers, and as many consumers
 * @param bodyBytes of each message
 * @param batch how many messages are confirmed, and acknowledged, together
 */
record AmqpLoad(int pairs, int bodyBytes, int batch) implements Load {
    private static final String QUEUE = "bench";
    private static final int PREFETCH_MIN = 300;
    private static final long SECONDS_MAX = 300;
    private static final long CONFIRM_MILLIS_MAX = 60_000;

    @Override
    public String title() {
        return "RabbitMQ's client, %d B, %d producers and consumers, confirms and acks by %d"
                .formatted(bodyBytes, pairs, batch);
    }

    @Override
    public Outcome run(RunningBroker broker, long messages)
            throws IOException, InterruptedException {
        List<Connection> connections = new ArrayList<>();
        try (ExecutorService producers = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch consumed = new CountDownLatch(1);
            AtomicLong left = new AtomicLong(messages);
            for (int i = 0; i < pairs; i++) {
                Connection connection = connect(broker);
                connections.add(connection);
                consume(connection, left, consumed);
            }
            ProcessCpu ownBefore = ProcessCpu.own();
            double cpu = broker.cpuMicros();
            long start = System.nanoTime();
            List<Future<?>> published = new ArrayList<>();
            for (int i = 0; i < pairs; i++) {
                Connection connection = connect(broker);
                connections.add(connection);
                long share = messages / pairs + (i == 0 ? messages % pairs : 0);
                published.add(
                        producers.submit(
                                () -> {
                                    publish(connection, share);
                                    return true;
                                }));
            }
            for (Future<?> each : published) {
                each.get();
            }
            if (!consumed.await(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException(broker.name() + ": " + left + " messages did not come");
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Outcome(
                    messages / seconds,
                    (broker.cpuMicros() - cpu) / messages,
                    (double) ProcessCpu.own().since(ownBefore).ownMicros() / messages);
        } catch (ExecutionException failure) {
            throw new IOException(broker.name() + ": " + failure.getCause(), failure);
        } finally {
            for (Connection connection : connections) {
                connection.abort();
            }
        }
    }

    private static Connection connect(RunningBroker broker) throws IOException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(broker.port());
        factory.setAutomaticRecoveryEnabled(false);
        try {
            return factory.newConnection();
        } catch (TimeoutException late) {
            throw new IOException(broker.name() + ": no answer", late);
        }
    }

    private void publish(Connection connection, long count)
            throws IOException, InterruptedException, TimeoutException {
        Channel channel = connection.createChannel();
        channel.confirmSelect();
        byte[] body = new byte[bodyBytes];
        for (long sent = 1; sent <= count; sent++) {
            channel.basicPublish("", QUEUE, MessageProperties.PERSISTENT_BASIC, body);
            if (sent % batch == 0 || sent == count) {
                channel.waitForConfirmsOrDie(CONFIRM_MILLIS_MAX);
            }
        }
    }

    private void consume(Connection connection, AtomicLong left, CountDownLatch done)
            throws IOException {
        Channel channel = connection.createChannel();
        channel.queueDeclare(QUEUE, true, false, false, Map.of());
        channel.basicQos(Math.max(PREFETCH_MIN, 3 * batch));
        channel.basicConsume(
                QUEUE,
                false,
                new DefaultConsumer(channel) {
                    private int unacknowledged;

                    @Override
                    public void handleDelivery(
                            String tag,
                            Envelope envelope,
                            AMQP.BasicProperties properties,
                            byte[] body)
                            throws IOException {
                        long after = left.decrementAndGet();
                        unacknowledged++;
                        if (unacknowledged == batch || after <= PREFETCH_MIN) {
                            unacknowledged = 0;
                            channel.basicAck(envelope.getDeliveryTag(), true);
                        }
                        if (after == 0) {
                            done.countDown();
                        }
                    }
                });
    }
}
