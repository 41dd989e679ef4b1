package dev.millrace.it.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.it.Product;
import dev.millrace.it.server.ResidentMemory;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What strangers send to the registry's HTTP port, on a heap of 256 MB. */
@Timeout(120)
class RegistryBadInputTest {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int MIB = 1 << 20;
    private static final int VALUE_BYTES_MAX = 512 << 10;
    private static final String HOST = " HTTP/1.1\r\nHost: h\r\n";

    /** What sockets, garbage and buffers in a pool may take, far below what was asked for. */
    private static final long GROWTH_MAX = 320L * MIB;

    @TempDir static Path data;
    private static Product product;
    private static HttpClient client;

    @BeforeAll
    static void start() throws Exception {
        product = Product.up(data, "--only", "registry");
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        product.close();
    }

    /** Whatever was done to it, it serves. */
    @AfterEach
    void it_serves() throws Exception {
        assertEquals(200, status("PUT", "kv/alive", "yes".getBytes(StandardCharsets.UTF_8)));
        assertEquals(200, status("GET", "kv/alive", new byte[0]));
    }

    private static int status(String method, String path, byte[] body) throws Exception {
        URI uri =
                URI.create(
                        "http://127.0.0.1:" + product.port("registry.http.port") + "/v1/" + path);
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                        .timeout(Duration.ofMillis(PATIENCE_MILLIS))
                        .build();
        return client.send(request, BodyHandlers.discarding()).statusCode();
    }

    private static int put(String path, String body) throws Exception {
        return status("PUT", path, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(address());
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What comes until the end, which may be a rude one. */
    private static String readToEnd(Socket socket) throws IOException {
        StringBuilder all = new StringBuilder();
        byte[] some = new byte[8_192];
        try {
            InputStream in = socket.getInputStream();
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                all.append(new String(some, 0, read, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketException reset) {
            return all.toString();
        }
        return all.toString();
    }

    // ---- Bodies

    @Test
    void malformed_json_is_refused_wherever_json_is_read() throws Exception {
        List<String> paths =
                List.of(
                        "agent/service/register",
                        "agent/check/register",
                        "catalog/register",
                        "catalog/deregister",
                        "session/create",
                        "txn");
        List<String> bodies =
                List.of(
                        "{",
                        "[",
                        "nul",
                        "{\"a\":}",
                        "\u0000",
                        "[".repeat(100_000),
                        "{\"a\":".repeat(100_000),
                        "\"" + "x".repeat(100_000),
                        "1" + "0".repeat(100_000),
                        "7",
                        "\"text\"");
        for (String path : paths) {
            for (String body : bodies) {
                int status = put(path, body);
                assertTrue(
                        status >= 400 && status < 500,
                        status
                                + " to "
                                + path
                                + ": "
                                + body.substring(0, Math.min(9, body.length())));
            }
        }
    }

    @Test
    void values_up_to_the_limit_are_kept_and_longer_ones_refused() throws Exception {
        assertEquals(200, status("PUT", "kv/most", new byte[VALUE_BYTES_MAX]));
        assertEquals(413, status("PUT", "kv/more", new byte[VALUE_BYTES_MAX + 1]));
        assertEquals(404, status("GET", "kv/more", new byte[0]));
    }

    @Test
    void a_huge_body_is_refused_before_it_is_read() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "PUT /v1/kv/huge" + HOST + "Content-Length: 99999999999\r\n\r\n");
            byte[] answer = new byte[12];
            assertEquals(12, socket.getInputStream().readNBytes(answer, 0, 12));
            assertEquals("HTTP/1.1 413", new String(answer, StandardCharsets.US_ASCII));
        }
        try (Socket socket = connect()) {
            send(socket, "PUT /v1/kv/huge" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
            String chunk = "10000\r\n" + "x".repeat(1 << 16) + "\r\n";
            boolean open = true;
            for (int i = 0; open && i < 1_000; i++) {
                open = sends(socket, chunk);
            }
            String answer = readToEnd(socket);
            assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 413"), answer);
        }
    }

    private static boolean sends(Socket socket, String text) throws IOException {
        try {
            send(socket, text);
            return true;
        } catch (SocketException closed) {
            return false;
        }
    }

    // ---- Heads

    @Test
    void floods_of_headers_and_lines_without_end_are_refused() throws Exception {
        for (String flood :
                List.of(
                        "GET /v1/kv/x" + HOST + "X-Y: z\r\n".repeat(100_000),
                        "GET /v1/kv/x" + HOST + "X-Y: " + "z".repeat(1_000_000),
                        "GET /v1/kv/" + "x".repeat(1_000_000),
                        "x".repeat(1_000_000))) {
            try (Socket socket = connect()) {
                sends(socket, flood);
                String answer = readToEnd(socket);
                assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 4"), answer);
            }
        }
    }

    @Test
    void what_is_no_http_is_refused() throws Exception {
        for (String nonsense :
                List.of(
                        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n",
                        "GET\r\n\r\n",
                        "GET /v1/kv/%zz" + HOST + "\r\n",
                        "GET /v1/kv/x" + HOST + "Content-Length: -1\r\n\r\n",
                        "GET /v1/kv/x" + HOST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n")) {
            try (Socket socket = connect()) {
                send(socket, nonsense);
                socket.shutdownOutput();
                String answer = readToEnd(socket);
                assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 4"), answer);
            }
        }
    }

    @Test
    void halves_of_requests_hold_up_nobody() throws Exception {
        List<Socket> halves = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                Socket socket = connect();
                halves.add(socket);
                send(
                        socket,
                        i % 2 == 0
                                ? "GET /v1/k"
                                : "PUT /v1/kv/a" + HOST + "Content-Length: 9\r\n\r\nx");
            }
            assertEquals(200, put("kv/beside", "them"));
        } finally {
            for (Socket half : halves) {
                half.close();
            }
        }
    }

    // ---- Many and slow

    @Test
    void a_thousand_writes_that_are_sent_ahead_are_answered_in_order() throws Exception {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            all.append("PUT /v1/kv/ahead?cas=0").append(HOST).append("Content-Length: 1\r\n\r\nx");
        }
        all.append("GET /v1/kv/ahead?raw").append(HOST).append("Connection: close\r\n\r\n");
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            Thread writer =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            out.write(
                                                    all.toString()
                                                            .getBytes(StandardCharsets.US_ASCII));
                                        } catch (IOException failure) {
                                            throw new AssertionError(failure);
                                        }
                                    });
            String answers = readToEnd(socket);
            writer.join();
            assertEquals(1_001, answers.split("HTTP/1.1 200", -1).length - 1);
            assertTrue(
                    answers.indexOf("\r\n\r\ntrue") < answers.indexOf("\r\n\r\nfalse"),
                    "the first one made it");
            assertEquals(1, answers.split("\r\n\r\ntrue", -1).length - 1);
            assertTrue(answers.endsWith("x"));
        }
    }

    @Test
    void who_asks_for_a_big_tree_and_does_not_read_takes_no_memory() throws Exception {
        for (int i = 0; i < 16; i++) {
            assertEquals(200, status("PUT", "kv/tree/" + i, new byte[VALUE_BYTES_MAX]));
        }
        long before = ResidentMemory.bytes(product.pid());
        List<Socket> lazy = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Socket socket = new Socket();
                socket.setSoTimeout(PATIENCE_MILLIS);
                socket.setReceiveBufferSize(4_096);
                socket.connect(address());
                lazy.add(socket);
                // Each would be 11 MB, 4 GB in all.
                send(socket, ("GET /v1/kv/tree/?recurse" + HOST + "\r\n").repeat(50));
            }
            for (Socket socket : lazy) {
                assertTrue(socket.getInputStream().read() >= 0, "an answer begins");
            }
            assertEquals(200, put("kv/beside", "them"));
            long growth = ResidentMemory.bytes(product.pid()) - before;
            assertTrue(growth < GROWTH_MAX, "grew by " + growth);
        } finally {
            for (Socket socket : lazy) {
                socket.close();
            }
        }
    }

    private static InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), product.port("registry.http.port"));
    }
}
