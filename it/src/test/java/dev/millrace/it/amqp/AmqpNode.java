package dev.millrace.it.amqp;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;

import dev.millrace.it.Product;
import dev.millrace.it.server.Scratch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The built product with an AMQP port, that can be killed and started again. */
final class AmqpNode implements AutoCloseable {
    private final Path folder = Scratch.folder("amqp");
    private final Path data;
    private final List<String> settings;
    private Product product;

    /** One with more settings, {@code KEY=VALUE}. */
    AmqpNode(String... settings) throws IOException {
        this.data = folder.resolve("data");
        this.settings = List.of(settings);
        product = start(0);
    }

    private AmqpNode(Path data, List<String> settings) throws IOException {
        this.data = data;
        this.settings = settings;
        product = start(0);
    }

    /** One whose data lies in a folder of the test. */
    static AmqpNode at(Path data, String... settings) throws IOException {
        return new AmqpNode(data, List.of(settings));
    }

    private Product start(int port) throws IOException {
        List<String> options = new ArrayList<>(List.of("--only", "queue"));
        set(options, "queue.sync=os");
        set(options, "queue.amqp.port=" + port);
        settings.forEach(setting -> set(options, setting));
        return Product.up(data, options.toArray(String[]::new));
    }

    private static void set(List<String> options, String setting) {
        options.addAll(List.of("--set", setting));
    }

    int port() {
        return product.port("queue.amqp.port");
    }

    /** SIGKILL, and a new start on the same port. */
    void killAndRestart() throws IOException, InterruptedException {
        int port = port();
        product.kill();
        product.close();
        product = start(port);
    }

    ConnectionFactory factory() {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port());
        factory.setAutomaticRecoveryEnabled(false);
        return factory;
    }

    Connection connect() throws IOException {
        try {
            return factory().newConnection();
        } catch (TimeoutException late) {
            throw new IOException(late);
        }
    }

    @Override
    public void close() throws IOException {
        product.close();
        Scratch.delete(folder);
    }
}
