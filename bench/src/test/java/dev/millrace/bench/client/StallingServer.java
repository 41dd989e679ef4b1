package dev.millrace.bench.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** Answers every request on every connection with +OK, but once sleeps before it does. */
final class StallingServer implements AutoCloseable {
    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final AtomicLong requests = new AtomicLong();
    private final long stallAt;
    private final int stallMillis;

    StallingServer(long stallAt, int stallMillis) throws IOException {
        this.stallAt = stallAt;
        this.stallMillis = stallMillis;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    long requests() {
        return requests.get();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            for (int letter = in.read(); letter >= 0; letter = in.read()) {
                if (letter == '*') {
                    answer(connection);
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void answer(Socket connection) throws IOException {
        synchronized (requests) {
            if (requests.incrementAndGet() == stallAt) {
                sleep();
            }
        }
        connection.getOutputStream().write(OK);
    }

    private void sleep() {
        try {
            Thread.sleep(stallMillis);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
