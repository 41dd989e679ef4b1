package dev.millrace.registry.check.probe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A peer that does on each connection what a test wants, and be it the worst. */
final class ScriptedPeer implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final ServerSocket server;
    private final CompletableFuture<Void> accepting;
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    /** What is done with one connection; it is closed afterwards. */
    interface Script {
        void serve(Conversant with) throws IOException;
    }

    /** One connection. */
    record Conversant(Socket socket, BlockingQueue<String> requests) {
        /** Reads the head of an HTTP request, and remembers it. */
        String request() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    break;
                }
                head.write(next);
            }
            String text = head.toString(StandardCharsets.UTF_8);
            requests.add(text);
            return text;
        }

        void say(String text) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        /** Waits until the other side hangs up. */
        void untilClosed() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                // What it still says does not matter.
            }
        }

        /** Ends the connection with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    ScriptedPeer(Script script) {
        this(bound(), script);
    }

    ScriptedPeer(ServerSocket server, Script script) {
        this.server = server;
        this.accepting =
                CompletableFuture.runAsync(
                        () -> accept(script), task -> Thread.ofPlatform().daemon().start(task));
    }

    private static ServerSocket bound() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void accept(Script script) {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket, script));
            }
        } catch (IOException closed) {
            // The test is over.
            return;
        }
    }

    private void serve(Socket socket, Script script) {
        try (socket) {
            script.serve(new Conversant(socket, requests));
        } catch (IOException hungUp) {
            // As many tests want it.
            return;
        }
    }

    /** An answer of HTTP. */
    static Script http(String response) {
        return with -> {
            with.request();
            with.say(response);
        };
    }

    int port() {
        return server.getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    String url() {
        return "http://" + address() + "/health";
    }

    /** The next request that was read whole. */
    String nextRequest() throws InterruptedException {
        String request = requests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("nobody asked");
        }
        return request;
    }

    /** Afterwards nobody is accepted, not even by the system on our behalf. */
    @Override
    public void close() throws IOException {
        server.close();
        accepting.join();
    }
}
