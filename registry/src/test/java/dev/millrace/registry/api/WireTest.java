package dev.millrace.registry.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.internal.PlatformDependent;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** HTTP as no decent client speaks it. */
@Timeout(120)
class WireTest {
    private static final String LAST =
            "GET /v1/status/leader HTTP/1.1\r\nConnection: close\r\n\r\n";

    @TempDir Path data;
    private RegistryServer server;

    @BeforeEach
    void start() throws Exception {
        server = new RegistryServer(data);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private Socket connect() throws Exception {
        return new Socket(InetAddress.getLoopbackAddress(), server.port("registry.http.port"));
    }

    private static void send(Socket socket, String requests) throws Exception {
        socket.getOutputStream().write(requests.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** All that comes until the server closes the connection. */
    private String answers(String requests) throws Exception {
        try (Socket socket = connect()) {
            send(socket, requests);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }

    @Test
    void a_client_that_does_not_read_has_no_further_answers_made() throws Exception {
        for (int key = 0; key < 3; key++) {
            server.put("kv/big/" + key, "x".repeat(512 << 10));
        }
        server.get("kv/big?recurse");
        long before = PlatformDependent.usedDirectMemory();
        try (Socket socket = connect()) {
            send(socket, "GET /v1/kv/big?recurse HTTP/1.1\r\n\r\n".repeat(60) + LAST);
            for (int turn = 0; turn < 100; turn++) {
                assertEquals("200 \"127.0.0.1:8300\"", server.get("status/leader"));
            }
            long taken = PlatformDependent.usedDirectMemory() - before;
            assertTrue(taken < 32 << 20, taken + " bytes for answers that nobody reads");
            assertEquals(60, answersIn(socket.getInputStream()));
        }
    }

    private static int answersIn(InputStream in) throws Exception {
        int answers = 0;
        byte[] some = new byte[1 << 16];
        String rest = "";
        for (int read = in.read(some); read >= 0; read = in.read(some)) {
            String text = rest + new String(some, 0, read, StandardCharsets.ISO_8859_1);
            answers += count(text, "big/0");
            rest = text.substring(Math.max(0, text.length() - 4));
        }
        return answers;
    }

    @Test
    void a_hundred_requests_ahead_are_answered_in_turn() throws Exception {
        String first = "PUT /v1/kv/a HTTP/1.1\r\nContent-Length: 1\r\n\r\n1";
        String answers = answers(first + "GET / HTTP/1.1\r\n\r\n".repeat(100) + LAST);
        assertEquals(100, count(answers, "HTTP/1.1 404"));
        assertTrue(answers.endsWith("\"127.0.0.1:8300\""), "the last");
    }

    @Test
    void what_is_not_http_is_told_so_and_not_read_on() throws Exception {
        String refused = answers("GET /v1/status/leader HTTP/1.1\r\n: no name\r\n\r\n" + LAST);
        assertTrue(refused.startsWith("HTTP/1.1 400 "), refused);
        assertEquals(1, count(refused, "HTTP/1.1 "), refused);
        String twice = "PUT /v1/kv/a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n11";
        assertTrue(answers(twice + LAST).startsWith("HTTP/1.1 400 "), "two lengths");
        String chunk = "PUT /v1/kv/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n";
        assertTrue(answers(chunk).startsWith("HTTP/1.1 400 "), "a chunk of no length");
        assertEquals("404 ", server.get("kv/a"));
    }

    @Test
    void addresses_may_be_absolute_and_bytes_unescaped() throws Exception {
        server.put("kv/%C3%BC/a%2Fb+c", "1");
        String close = " HTTP/1.1\r\nConnection: close\r\n\r\n";
        assertTrue(answers("GET http://h:8500/v1/kv/?keys" + close).endsWith("[\"ü/a/b+c\"]"));
        String raw = "\u00c3\u00bc"; // As it is in UTF-8, each byte as a char.
        assertTrue(answers("GET /v1/kv/" + raw + "/a/b+c?raw" + close).endsWith("\r\n\r\n1"));
        assertTrue(answers("GET http://h" + close).startsWith("HTTP/1.1 404 "));
    }

    @Test
    void keys_that_are_no_text_are_refused_and_not_taken_for_one_another() throws Exception {
        assertEquals("400 invalid URL escape: not UTF-8", server.put("kv/a%FF", "1"));
        assertEquals("400 invalid URL escape: not UTF-8", server.put("kv/%EF%BF%BD%C3", "1"));
        assertEquals("200 true", server.put("kv/a%EF%BF%BD", "1"));
        assertEquals("200 [\"a\ufffd\"]", server.get("kv/?keys"));
    }

    @Test
    void half_characters_in_json_become_whole_ones() throws Exception {
        String operation = "[{\"KV\":{\"Verb\":\"set\",\"Key\":\"a\\ud800\",\"Value\":\"MQ==\"}}]";
        assertTrue(server.put("txn", operation).startsWith("200 "));
        String before = server.get("kv/?recurse");
        assertTrue(before.contains("\"Key\":\"a\ufffd\""), before);
        server.close();
        server = new RegistryServer(data);
        assertEquals(before, server.get("kv/?recurse"));
        assertEquals("200 1", server.get("kv/a%EF%BF%BD?raw"));
    }

    @Test
    void web_pages_give_no_orders() throws Exception {
        String page = "Origin: http://elsewhere\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1";
        String refused = answers("PUT /v1/kv/a HTTP/1.1\r\n" + page);
        assertTrue(refused.startsWith("HTTP/1.1 403 "), refused);
        assertEquals("404 ", server.get("kv/a"));
        assertTrue(answers("GET /v1/status/leader HTTP/1.1\r\n" + page).startsWith("HTTP/1.1 200"));
    }

    @Test
    void head_has_the_length_and_no_body_and_a_body_may_be_announced() throws Exception {
        String head = answers("HEAD /v1/kv/no HTTP/1.1\r\n\r\nHEAD /v1/no HTTP/1.1\r\n\r\n" + LAST);
        assertEquals(2, count(head, "HTTP/1.1 404"), head);
        assertTrue(head.endsWith("\"127.0.0.1:8300\""), head);
        try (Socket socket = connect()) {
            send(
                    socket,
                    "PUT /v1/kv/a HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n"
                            + "Connection: close\r\n\r\n");
            byte[] go = socket.getInputStream().readNBytes(12);
            assertEquals("HTTP/1.1 100", new String(go, StandardCharsets.US_ASCII));
            send(socket, "1");
            socket.getInputStream().readAllBytes();
        }
        assertEquals("200 1", server.get("kv/a?raw"));
    }
}
