package dev.millrace.it.amqp.differential;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One broker, and some clients of it with a channel each. What a client may not is answered by the
 * end of its channel or connection; the answer is that end, and the client comes back.
 */
final class Side implements AutoCloseable {
    static final int CLIENTS = 2;

    private static final long CONFIRM_MILLIS_MAX = 20_000;

    /** In it a broker does what it answers before it has done it: it passes on dead letters. */
    private static final long PAUSE_MILLIS = 4;

    private final ConnectionFactory factory = new ConnectionFactory();
    private final List<Client> clients = new ArrayList<>();

    /** What was sent without being asked for. */
    private final Queue<String> told = new ConcurrentLinkedQueue<>();

    /** A method, and what is to be read of its answer. */
    @FunctionalInterface
    interface Method {
        String call(Channel channel) throws IOException;
    }

    private record Client(Connection connection, Channel channel) {}

    Side(int port) throws IOException {
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        factory.setAutomaticRecoveryEnabled(false);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(client(connect()));
        }
    }

    private Connection connect() throws IOException {
        try {
            return factory.newConnection();
        } catch (TimeoutException late) {
            throw new IOException(late);
        }
    }

    private Client client(Connection connection) throws IOException {
        Channel channel = connection.createChannel();
        channel.addReturnListener(
                returned ->
                        told.add(
                                "return %d %s %s %s"
                                        .formatted(
                                                returned.getReplyCode(),
                                                returned.getReplyText(),
                                                returned.getExchange(),
                                                returned.getRoutingKey())));
        channel.addConfirmListener((_, _) -> {}, (tag, _) -> told.add("nack " + tag));
        channel.confirmSelect();
        return new Client(connection, channel);
    }

    /** Calls a method as one of the clients; what came of it, in words. */
    String answer(int client, Method method) throws IOException {
        told.clear();
        Channel channel = clients.get(client).channel;
        String answer;
        try {
            answer = method.call(channel);
            // Until this is answered, what was answered by nothing has been looked at.
            channel.basicQos(0);
            awaitConfirms(channel);
        } catch (IOException | ShutdownSignalException ended) {
            answer = reason(ended);
        }
        answer += comeBack(client);
        pause();
        return answer + told;
    }

    private static void awaitConfirms(Channel channel) throws IOException {
        try {
            channel.waitForConfirms(CONFIRM_MILLIS_MAX);
        } catch (InterruptedException | TimeoutException unconfirmed) {
            throw new AssertionError("not confirmed", unconfirmed);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private static String reason(Exception ended) {
        Throwable cause = ended;
        while (cause != null && !(cause instanceof ShutdownSignalException)) {
            cause = cause.getCause();
        }
        if (!(cause instanceof ShutdownSignalException signal)) {
            throw new AssertionError(ended);
        }
        return switch (signal.getReason()) {
            case AMQP.Channel.Close close ->
                    "channel closed: %d %s (%d.%d)"
                            .formatted(
                                    close.getReplyCode(),
                                    close.getReplyText(),
                                    close.getClassId(),
                                    close.getMethodId());
            case AMQP.Connection.Close close ->
                    "connection closed: %d %s (%d.%d)"
                            .formatted(
                                    close.getReplyCode(),
                                    close.getReplyText(),
                                    close.getClassId(),
                                    close.getMethodId());
            default -> "closed: " + signal.getReason();
        };
    }

    /** Opens what was closed. */
    private String comeBack(int client) throws IOException {
        Client before = clients.get(client);
        if (before.channel.isOpen()) {
            return " ";
        }
        boolean connected = before.connection.isOpen();
        clients.set(client, client(connected ? before.connection : connect()));
        return connected ? " (channel again) " : " (connection again) ";
    }

    /** Everything of these names is gone, and the clients begin anew. */
    void clear(List<String> queues, List<String> exchanges) throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            close(clients.get(i).connection);
        }
        try (Connection connection = connect()) {
            Channel channel = connection.createChannel();
            for (String queue : queues) {
                channel.queueDelete(queue);
            }
            for (String exchange : exchanges) {
                channel.exchangeDelete(exchange);
            }
        }
        for (int i = 0; i < CLIENTS; i++) {
            clients.set(i, client(connect()));
        }
    }

    private static void close(Connection connection) throws IOException {
        try {
            connection.close();
        } catch (AlreadyClosedException gone) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        for (Client client : clients) {
            close(client.connection);
        }
    }
}
