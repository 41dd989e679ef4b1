package dev.millrace.kernel.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.room.RoomContext;
import dev.millrace.kernel.room.RoomContexts;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

class AdminRoomTest {
    private final AdminRoom room = new AdminRoom();
    private final RoomContext context = context(room);
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws Exception {
        room.start(context);
    }

    @AfterEach
    void stop() {
        client.close();
        context.network().close();
    }

    @Test
    void it_is_live_as_soon_as_it_answers() throws Exception {
        assertAnswers(200, "live\n", get("/health/live"));
    }

    @Test
    void it_is_ready_when_no_part_stands_in_the_way() throws Exception {
        context.health().unready("kv", "reading the journal");
        context.health().unready("journal", "failed: EIO");
        assertAnswers(503, "journal: failed: EIO\nkv: reading the journal\n", get("/health/ready"));
        context.health().ready("kv");
        context.health().ready("journal");
        assertAnswers(200, "ready\n", get("/health/ready"));
    }

    @Test
    void metrics_are_prometheus_text() throws Exception {
        context.metrics().gauge("kv.keys", "keys", () -> 7);
        HttpResponse<String> reply = get("/metrics");
        assertTrue(reply.body().contains("millrace_kv_keys 7.0\n"), reply::body);
        assertEquals(
                "text/plain; version=0.0.4; charset=utf-8",
                reply.headers().firstValue("content-type").orElseThrow());
    }

    @Test
    void a_room_adds_routes_with_parameters_and_bodies() throws Exception {
        context.routes()
                .add(
                        AdminRoute.post(
                                "/backup",
                                request ->
                                        AdminReply.json(
                                                request.parameter("dir").orElse("?")
                                                        + request.body())));
        assertAnswers(200, "/a b!", post("/backup?dir=%2Fa+b", "!"));
        assertAnswers(405, get("/backup"));
    }

    @Test
    void orders_are_not_taken_from_web_pages() throws Exception {
        context.routes().add(AdminRoute.post("/backup", request -> AdminReply.text("done")));
        HttpRequest request =
                HttpRequest.newBuilder(uri("/backup"))
                        .header("Origin", "https://example.org")
                        .POST(BodyPublishers.noBody())
                        .build();
        assertAnswers(403, client.send(request, BodyHandlers.ofString()));
    }

    @Test
    void a_failed_answer_is_500_and_the_next_is_answered() throws Exception {
        context.routes()
                .add(
                        AdminRoute.get(
                                "/io",
                                request -> {
                                    throw new IOException("disk gone");
                                }));
        context.routes()
                .add(
                        AdminRoute.get(
                                "/bug",
                                request -> {
                                    throw new IllegalStateException("secret");
                                }));
        assertAnswers(500, "disk gone\n", get("/io"));
        assertAnswers(500, "a fault of Millrace's own, see its log\n", get("/bug"));
        assertAnswers(200, "live\n", get("/health/live"));
    }

    @Test
    void what_is_not_there_is_404_with_what_is() throws Exception {
        HttpResponse<String> reply = get("/");
        assertAnswers(404, reply);
        assertTrue(reply.body().contains("GET /metrics\n"), reply::body);
    }

    @Test
    void a_body_past_the_limit_is_413() throws Exception {
        assertAnswers(413, post("/backup", "x".repeat(AdminRoom.BODY_BYTES_MAX + 1)));
    }

    @Test
    void pipelined_requests_are_answered_in_their_order() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        context.routes().add(AdminRoute.get("/slow", request -> AdminReply.text("slow")));
        context.routes()
                .add(
                        AdminRoute.get(
                                "/quick",
                                request -> {
                                    second.countDown();
                                    return AdminReply.text("quick");
                                }));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            ("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
                                            + "GET /quick HTTP/1.1\r\nHost: x\r\n"
                                            + "Connection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String replies =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(replies.indexOf("slow") < replies.indexOf("quick"), replies);
            assertEquals(0, second.getCount());
        }
    }

    @Test
    void a_request_may_come_in_pieces() throws Exception {
        context.routes().add(AdminRoute.post("/echo", request -> AdminReply.text(request.body())));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(10_000);
            socket.setTcpNoDelay(true);
            String request =
                    "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                            + "Content-Length: 5\r\n\r\nhello";
            for (byte one : request.getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(one);
            }
            String reply =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(reply.endsWith("\r\n\r\nhello"), reply);
        }
    }

    @Test
    void who_sends_too_much_ahead_is_dropped() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        context.routes()
                .add(
                        AdminRoute.get(
                                "/wait",
                                request -> {
                                    go.await();
                                    return AdminReply.text("late");
                                }));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(10_000);
            String request = "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n";
            socket.getOutputStream().write(request.repeat(100).getBytes(StandardCharsets.US_ASCII));
            assertEquals(0, socket.getInputStream().readAllBytes().length);
        } catch (SocketException reset) {
            // So the kernel ends a connection with bytes that nobody read.
            assertTrue(String.valueOf(reset.getMessage()).contains("reset"), reset::toString);
        } finally {
            go.countDown();
        }
    }

    @Test
    void what_is_no_http_is_400() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("PING\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 400".length());
            assertEquals("HTTP/1.1 400", new String(start, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void a_route_belongs_to_one_room() {
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        context.routes()
                                .add(AdminRoute.get("/metrics", r -> AdminReply.text("mine"))));
    }

    private static RoomContext context(AdminRoom room) {
        try {
            return RoomContexts.of(room, Path.of("unused"), "admin.http.port=0");
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }

    private int port() {
        return context.network().listeners().getFirst().port();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)).build();
        return client.send(request, BodyHandlers.ofString());
    }

    private static void assertAnswers(int status, HttpResponse<String> reply) {
        assertEquals(status, reply.statusCode(), reply.body());
    }

    private static void assertAnswers(int status, String body, HttpResponse<String> reply) {
        assertAnswers(status, reply);
        assertEquals(body, reply.body());
    }
}
