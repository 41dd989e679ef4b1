package dev.millrace.registry.check.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class HttpProbeTest {
    private Asker asker;

    @BeforeEach
    void open() throws Exception {
        asker = new Asker();
    }

    @AfterEach
    void close() {
        asker.close();
    }

    @Test
    void two_hundred_and_some_pass() throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        ScriptedPeer.http("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"))) {
            assertEquals(
                    Answer.passing("HTTP GET " + peer.url() + ": 200 OK Output: fine"),
                    asker.ask(Asker.http(peer.url())));
        }
        assertStatus(Status.PASSING, "204 No Content");
        assertStatus(Status.PASSING, "299 Well");
    }

    @Test
    void too_many_requests_warn_and_all_else_is_critical() throws Exception {
        assertStatus(Status.WARNING, "429 Too Many Requests");
        assertStatus(Status.CRITICAL, "503 Service Unavailable");
        assertStatus(Status.CRITICAL, "300 Multiple Choices");
        assertStatus(Status.CRITICAL, "404 Not Found");
    }

    private void assertStatus(Status status, String line) throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        ScriptedPeer.http("HTTP/1.1 " + line + "\r\nContent-Length: 0\r\n\r\n"))) {
            assertEquals(
                    new Answer(status, "HTTP GET " + peer.url() + ": " + line + " Output: "),
                    asker.ask(Asker.http(peer.url())));
        }
    }

    @Test
    void a_request_says_who_asks_and_that_it_is_the_last() throws Exception {
        try (ScriptedPeer peer = new ScriptedPeer(ScriptedPeer.http("HTTP/1.1 200 OK\r\n\r\n"))) {
            asker.ask(Asker.http("http://" + peer.address() + "?a=b%20c"));
            assertEquals(
                    "GET /?a=b%20c HTTP/1.1\r\nHost: "
                            + peer.address()
                            + "\r\nUser-Agent: Consul Health Check\r\n"
                            + "Accept: text/plain, text/*, */*\r\nConnection: close\r\n\r\n",
                    peer.nextRequest());
        }
    }

    @Test
    void method_headers_and_body_are_those_of_the_definition() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    byte[] body = with.socket().getInputStream().readNBytes(5);
                    with.say("HTTP/1.1 200 OK\r\n\r\n" + body.length);
                };
        Map<String, List<String>> headers =
                Map.of(
                        "X-Two", List.of("1", "2"),
                        "host", List.of("else.where"),
                        "user-agent", List.of("me"),
                        "Content-Length", List.of("77"));
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            Answer answer = asker.ask(Asker.http(peer.url(), "POST", headers, "allö"));
            assertEquals(Answer.passing("HTTP POST " + peer.url() + ": 200 OK Output: 5"), answer);
            assertEquals(
                    "POST /health HTTP/1.1\r\nHost: else.where\r\nUser-Agent: me\r\n"
                            + "Accept: text/plain, text/*, */*\r\nConnection: close\r\n"
                            + "Content-Length: 5\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n",
                    peer.nextRequest());
        }
    }

    @Test
    void the_answer_to_head_has_no_body() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    with.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                    with.untilClosed();
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            assertEquals(
                    Answer.passing("HTTP HEAD " + peer.url() + ": 200 OK Output: "),
                    asker.ask(Asker.http(peer.url(), "HEAD", Map.of(), "")));
        }
    }

    @Test
    void headers_that_would_smuggle_are_refused_before_anything_is_sent() throws Exception {
        Answer answer =
                asker.ask(
                        Asker.http(
                                "http://127.0.0.1:1/",
                                "GET",
                                Map.of("X", List.of("a\r\nY: b")),
                                ""));
        assertEquals(
                Answer.critical(
                        "Get \"http://127.0.0.1:1/\": net/http: invalid header field value for"
                                + " \"X\""),
                answer);
        assertEquals(
                "G t \"http://127.0.0.1:1/\": net/http: invalid method \"G T\"",
                asker.ask(Asker.http("http://127.0.0.1:1/", "G T", Map.of(), "")).output());
    }

    @Test
    void a_target_that_is_none_is_critical() throws Exception {
        assertCritical("Get \"ftp://h/\": unsupported protocol scheme \"ftp\"", "ftp://h/");
        assertCritical("Get \"h:1\": unsupported protocol scheme \"h\"", "h:1");
        assertCritical("Get \"http:/x\": http: no Host in request URL", "http:/x");
        assertCritical(
                "Get \"http://h:99999/\": dial tcp: address h:99999: invalid port",
                "http://h:99999/");
        assertCritical(
                "Get \"http://no-such.invalid/\": dial tcp: lookup no-such.invalid: no such host",
                "http://no-such.invalid/");
    }

    @Test
    void nobody_at_the_port_is_critical() throws Exception {
        int port;
        try (ScriptedPeer peer = new ScriptedPeer(_ -> {})) {
            port = peer.port();
        }
        String url = "http://127.0.0.1:" + port + "/";
        assertCritical(
                "Get \"" + url + "\": dial tcp 127.0.0.1:" + port + ": connect: connection refused",
                url);
    }

    private void assertCritical(String output, String url) throws Exception {
        assertEquals(Answer.critical(output), asker.ask(Asker.http(url)));
    }

    @Test
    void a_redirect_is_followed_to_its_end() throws Exception {
        try (ScriptedPeer last =
                        new ScriptedPeer(ScriptedPeer.http("HTTP/1.1 200 OK\r\n\r\nhere"));
                ScriptedPeer first =
                        new ScriptedPeer(
                                ScriptedPeer.http(
                                        "HTTP/1.1 302 Found\r\nLocation: "
                                                + last.url()
                                                + "\r\n\r\n"))) {
            Map<String, List<String>> headers =
                    Map.of("Authorization", List.of("secret"), "X-Other", List.of("kept"));
            Answer answer = asker.ask(Asker.http(first.url(), "POST", headers, "body"));
            assertEquals(
                    Answer.passing("HTTP POST " + first.url() + ": 200 OK Output: here"), answer);
            String followed = last.nextRequest();
            assertTrue(followed.startsWith("GET /health HTTP/1.1\r\nHost: " + last.address()));
            assertTrue(followed.contains("X-Other: kept"), followed);
        }
    }

    @Test
    void another_host_is_not_told_what_is_private() {
        HttpRequest request = request("http://a.example/", Map.of("Cookie", List.of("c")));
        assertEquals(Map.of("Cookie", List.of("c")), made(request.redirected(302, "/x")).headers());
        assertEquals(
                Map.of("Cookie", List.of("c")),
                made(request.redirected(302, "http://b.a.example/")).headers());
        assertEquals(Map.of(), made(request.redirected(302, "http://b.example/")).headers());
    }

    @Test
    void a_redirect_of_307_keeps_method_and_body() {
        HttpRequest request =
                made(HttpRequest.parse(Asker.http("http://a/", "PUT", Map.of(), "body")));
        HttpRequest next = made(request.redirected(307, "https://b:1/?q"));
        assertEquals("PUT", next.method());
        assertEquals("body", next.body());
        assertEquals(new Peer("b", 1), next.peer());
        assertTrue(next.tls());
        assertEquals("GET", made(request.redirected(303, "/")).method());
    }

    private static HttpRequest request(String url, Map<String, List<String>> headers) {
        return made(HttpRequest.parse(Asker.http(url, "GET", headers, "")));
    }

    private static HttpRequest made(HttpRequest.Parsed parsed) {
        return switch (parsed) {
            case HttpRequest.Made(HttpRequest request) -> request;
            case HttpRequest.Malformed(String reason) -> throw new AssertionError(reason);
        };
    }

    @Test
    void redirects_without_end_are_left() throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        ScriptedPeer.http("HTTP/1.1 301 Moved\r\nLocation: /health\r\n\r\n"))) {
            assertCritical("Get \"" + peer.url() + "\": stopped after 10 redirects", peer.url());
        }
    }

    @Test
    void a_redirect_is_the_answer_if_none_is_to_be_followed() throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        ScriptedPeer.http(
                                "HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"))) {
            CheckKind.Http kind =
                    new CheckKind.Http(
                            peer.url(), "GET", Map.of(), "", CheckKind.Tls.VERIFIED, false);
            assertEquals(
                    Answer.critical("HTTP GET " + peer.url() + ": 301 Moved Output: "),
                    asker.ask(kind));
        }
    }

    @Test
    void who_hangs_is_critical_when_the_time_is_over() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    with.untilClosed();
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            Asker.Question question = asker.begin(Asker.http(peer.url()));
            peer.nextRequest();
            assertFalse(question.isAnswered());
            assertEquals(
                    Answer.critical(
                            "Get \""
                                    + peer.url()
                                    + "\": context deadline exceeded (Client.Timeout exceeded"
                                    + " while awaiting headers)"),
                    question.timeOut().answer());
        }
    }

    @Test
    void who_trickles_is_left_when_the_time_is_over() throws Exception {
        CountDownLatch trickled = new CountDownLatch(20);
        CountDownLatch hungUp = new CountDownLatch(1);
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    with.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
                    try {
                        while (true) {
                            with.say("x");
                            trickled.countDown();
                        }
                    } finally {
                        hungUp.countDown();
                    }
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            Asker.Question question = asker.begin(Asker.http(peer.url()));
            assertTrue(trickled.await(30, TimeUnit.SECONDS));
            // Whether the headers were read by now is up to the system.
            Answer answer = question.timeOut().answer();
            assertTrue(
                    answer.status() == Status.PASSING || answer.output().contains("deadline"),
                    answer::output);
            assertTrue(hungUp.await(30, TimeUnit.SECONDS), "the connection is still open");
        }
    }

    @Test
    void half_a_head_is_critical() throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer(ScriptedPeer.http("HTTP/1.1 200 OK\r\nContent-Le"))) {
            assertCritical("Get \"" + peer.url() + "\": unexpected EOF", peer.url());
        }
    }

    @Test
    void no_answer_is_critical() throws Exception {
        try (ScriptedPeer peer = new ScriptedPeer(ScriptedPeer.Conversant::request)) {
            assertCritical("Get \"" + peer.url() + "\": EOF", peer.url());
        }
    }

    @Test
    void half_a_body_is_judged_by_the_headers() throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        ScriptedPeer.http("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))) {
            assertEquals(
                    Answer.passing("HTTP GET " + peer.url() + ": 200 OK Output: half"),
                    asker.ask(Asker.http(peer.url())));
        }
    }

    @Test
    void broken_chunks_are_judged_by_the_headers() throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        ScriptedPeer.http(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        + "3\r\nabc\r\nZZ\r\n"))) {
            assertEquals(
                    Answer.passing("HTTP GET " + peer.url() + ": 200 OK Output: abc"),
                    asker.ask(Asker.http(peer.url())));
        }
    }

    @Test
    void garbage_is_critical() throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer(ScriptedPeer.http("SSH-2.0-OpenSSH_9.6\r\n\r\n"))) {
            Answer answer = asker.ask(Asker.http(peer.url()));
            assertEquals(Status.CRITICAL, answer.status());
            assertTrue(answer.output().contains("malformed HTTP response"), answer::output);
        }
    }

    @Test
    void headers_without_end_are_left() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    with.say("HTTP/1.1 200 OK\r\n");
                    while (true) {
                        with.say("X-Header: " + "x".repeat(1_000) + "\r\n");
                    }
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            Answer answer = asker.ask(Asker.http(peer.url()));
            assertEquals(Status.CRITICAL, answer.status());
            assertTrue(answer.output().contains("65536"), answer::output);
        }
    }

    @Test
    void a_line_without_end_is_left() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    while (true) {
                        with.say("x".repeat(1_000));
                    }
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            assertEquals(Status.CRITICAL, asker.ask(Asker.http(peer.url())).status());
        }
    }

    @Test
    void interim_responses_without_end_are_left() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    while (true) {
                        with.say("HTTP/1.1 100 Continue\r\n\r\n");
                    }
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            assertCritical(
                    "Get \"" + peer.url() + "\": net/http: too many 1xx informational responses",
                    peer.url());
        }
    }

    @Test
    void the_response_behind_interim_ones_counts() throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        ScriptedPeer.http(
                                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                                        + "HTTP/1.1 429 Slow\r\nContent-Length: 2\r\n\r\nok"))) {
            assertEquals(
                    new Answer(Status.WARNING, "HTTP GET " + peer.url() + ": 429 Slow Output: ok"),
                    asker.ask(Asker.http(peer.url())));
        }
    }

    @Test
    void of_a_long_body_the_end_is_kept() throws Exception {
        String body = "a".repeat(10_000) + "b".repeat(3_000) + "end";
        try (ScriptedPeer peer =
                new ScriptedPeer(
                        ScriptedPeer.http(
                                "HTTP/1.1 200 OK\r\nContent-Length: 13003\r\n\r\n" + body))) {
            assertEquals(
                    "HTTP GET "
                            + peer.url()
                            + ": 200 OK Output: "
                            + body.substring(body.length() - 4_096),
                    asker.ask(Asker.http(peer.url())).output());
        }
    }

    @Test
    void a_body_without_end_is_not_waited_for() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    with.say("HTTP/1.1 200 OK\r\n\r\n");
                    while (true) {
                        with.say("0123456789abcdef".repeat(1_000));
                    }
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            assertEquals(Status.PASSING, asker.ask(Asker.http(peer.url())).status());
        }
    }

    @Test
    void a_reset_is_critical() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    with.reset();
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            assertCritical(
                    "Get \"" + peer.url() + "\": read: connection reset by peer", peer.url());
        }
    }

    @Test
    void a_question_that_is_cancelled_hangs_up_and_says_nothing() throws Exception {
        CountDownLatch hungUp = new CountDownLatch(1);
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    with.untilClosed();
                    hungUp.countDown();
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            Asker.Question question = asker.begin(Asker.http(peer.url()));
            peer.nextRequest();
            question.cancel();
            assertTrue(hungUp.await(30, TimeUnit.SECONDS));
            assertFalse(question.isAnswered());
        }
    }

    @Test
    void an_answer_byte_by_byte_is_the_same() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.request();
                    with.socket().setTcpNoDelay(true);
                    String whole = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine";
                    for (int i = 0; i < whole.length(); i++) {
                        with.say(whole.substring(i, i + 1));
                    }
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            assertEquals(
                    Answer.passing("HTTP GET " + peer.url() + ": 200 OK Output: fine"),
                    asker.ask(Asker.http(peer.url())));
        }
    }
}
