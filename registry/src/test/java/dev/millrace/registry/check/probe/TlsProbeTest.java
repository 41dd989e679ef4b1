package dev.millrace.registry.check.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.net.Transport;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Optional;

class TlsProbeTest {
    private static final CheckKind.Tls UNVERIFIED = new CheckKind.Tls("", true);

    @TempDir static Path folder;
    private static Certificates certificates;

    @BeforeAll
    static void make_a_certificate() throws Exception {
        certificates = new Certificates(folder);
    }

    private static ScriptedPeer peer() throws Exception {
        return new ScriptedPeer(
                certificates.server(),
                ScriptedPeer.http("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"));
    }

    private static String url(ScriptedPeer peer) {
        return "https://" + peer.address() + "/";
    }

    private static Asker trusting() throws Exception {
        return new Asker(Transport.Choice.AUTO, Optional.of(certificates.authority()));
    }

    @Test
    void a_certificate_of_a_trusted_authority_passes() throws Exception {
        try (ScriptedPeer peer = peer();
                Asker asker = trusting()) {
            assertEquals(
                    Answer.passing("HTTP GET " + url(peer) + ": 200 OK Output: secret"),
                    asker.ask(Asker.http(url(peer))));
        }
    }

    @Test
    void a_certificate_of_nobody_is_critical_unless_any_will_do() throws Exception {
        try (ScriptedPeer peer = peer();
                Asker asker = new Asker()) {
            assertEquals(
                    Answer.critical(
                            "Get \""
                                    + url(peer)
                                    + "\": tls: failed to verify certificate: x509: certificate"
                                    + " signed by unknown authority"),
                    asker.ask(Asker.http(url(peer))));
            assertEquals(Status.PASSING, asker.ask(Asker.http(url(peer), UNVERIFIED)).status());
        }
    }

    @Test
    void the_name_in_a_certificate_is_the_one_that_is_expected() throws Exception {
        try (ScriptedPeer peer = peer();
                Asker asker = trusting()) {
            CheckKind.Tls right = new CheckKind.Tls("localhost", false);
            assertEquals(Status.PASSING, asker.ask(Asker.http(url(peer), right)).status());
            CheckKind.Tls wrong = new CheckKind.Tls("db.example", false);
            Answer answer = asker.ask(Asker.http(url(peer), wrong));
            assertEquals(Status.CRITICAL, answer.status());
            assertTrue(answer.output().contains("x509: No subject"), answer::output);
            CheckKind.Tls any = new CheckKind.Tls("db.example", true);
            assertEquals(Status.PASSING, asker.ask(Asker.http(url(peer), any)).status());
        }
    }

    @Test
    void a_peer_without_tls_is_critical() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.say("HTTP/1.1 400 Bad Request\r\n\r\n");
                    with.untilClosed();
                };
        try (ScriptedPeer peer = new ScriptedPeer(script);
                Asker asker = new Asker()) {
            assertEquals(
                    Answer.critical(
                            "Get \""
                                    + url(peer)
                                    + "\": tls: first record does not look like a TLS handshake"),
                    asker.ask(Asker.http(url(peer))));
        }
    }

    @Test
    void a_peer_that_never_shakes_hands_is_critical_when_the_time_is_over() throws Exception {
        try (ScriptedPeer peer =
                        new ScriptedPeer(
                                with -> {
                                    with.socket().getInputStream().readNBytes(5);
                                    with.requests().add("hello");
                                    with.untilClosed();
                                });
                Asker asker = new Asker()) {
            Asker.Question question = asker.begin(Asker.http(url(peer)));
            peer.nextRequest();
            assertTrue(question.timeOut().answer().output().contains("deadline exceeded"));
        }
    }

    @Test
    void a_peer_that_hangs_up_in_the_handshake_is_critical() throws Exception {
        try (ScriptedPeer peer =
                        new ScriptedPeer(with -> with.socket().getInputStream().readNBytes(5));
                Asker asker = new Asker()) {
            assertEquals(Status.CRITICAL, asker.ask(Asker.http(url(peer))).status());
        }
    }

    @Test
    void tcp_with_tls_shakes_hands() throws Exception {
        try (ScriptedPeer peer = peer();
                ScriptedPeer plain = new ScriptedPeer(with -> with.say("220 hello\r\n"));
                Asker asker = trusting()) {
            Optional<CheckKind.Tls> tls = Optional.of(CheckKind.Tls.VERIFIED);
            assertEquals(
                    Answer.passing("TCP+TLS connect " + peer.address() + ": Success"),
                    asker.ask(new CheckKind.Tcp(peer.address(), tls)));
            assertEquals(
                    Answer.critical("tls: first record does not look like a TLS handshake"),
                    asker.ask(new CheckKind.Tcp(plain.address(), tls)));
        }
    }
}
