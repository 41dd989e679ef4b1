package dev.millrace.it.amqp;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;

import dev.millrace.it.Product;
import dev.millrace.it.server.Scratch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;

/** The built product with an AMQP port, that can be killed and started again. */
final class AmqpNode implements AutoCloseable {
    private final Path folder = Scratch.folder("amqp");
    private Product product;

    AmqpNode() throws IOException {
        product = start();
    }

    private Product start() throws IOException {
        return Product.up(folder.resolve("data"), "--only", "queue", "--set", "queue.sync=os");
    }

    int port() {
        return product.port("queue.amqp.port");
    }

    /** SIGKILL, and a new start. */
    void killAndRestart() throws IOException, InterruptedException {
        product.kill();
        product.close();
        product = start();
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
