package dev.millrace.registry.check.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.net.Transport;
import dev.millrace.registry.catalog.Status;
import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Optional;

class Http2ProbesTest {
    private static final byte[] SERVING = {8, 1};

    private Asker asker;

    @BeforeEach
    void open() throws Exception {
        asker = new Asker();
    }

    @AfterEach
    void close() {
        asker.close();
    }

    private static Http2Peer peer(Http2Peer.Script script) throws Exception {
        return new Http2Peer(Optional.empty(), script);
    }

    private static CheckKind grpc(String target) {
        return new CheckKind.Grpc(target, Optional.empty());
    }

    private static CheckKind ping(String address) {
        return new CheckKind.H2ping(address, Optional.empty());
    }

    @Test
    void who_serves_passes() throws Exception {
        try (Http2Peer peer = peer(Http2Peer.health(SERVING, 0, ""))) {
            assertEquals(
                    Answer.passing("gRPC check " + peer.address() + ": success"),
                    asker.ask(grpc(peer.address())));
            assertEquals("POST /grpc.health.v1.Health/Check \0\0\0\0\0", peer.nextRequest());
        }
    }

    @Test
    void a_service_of_a_server_is_asked_for_by_name() throws Exception {
        try (Http2Peer peer = peer(Http2Peer.health(SERVING, 0, ""))) {
            String target = peer.address() + "/my/service";
            assertEquals(
                    Answer.passing("gRPC check " + target + ": success"), asker.ask(grpc(target)));
            assertEquals(
                    "POST /grpc.health.v1.Health/Check \0\0\0\0\14\n\12my/service",
                    peer.nextRequest());
        }
    }

    @Test
    void who_does_not_serve_is_critical() throws Exception {
        assertStatus("NOT_SERVING", (byte) 8, (byte) 2);
        assertStatus("SERVICE_UNKNOWN", (byte) 8, (byte) 3);
        assertStatus("UNKNOWN");
        assertStatus("77", (byte) 8, (byte) 77);
    }

    private void assertStatus(String name, byte... message) throws Exception {
        try (Http2Peer peer = peer(Http2Peer.health(message, 0, ""))) {
            assertEquals(
                    Answer.critical("gRPC " + peer.address() + " serving status: " + name),
                    asker.ask(grpc(peer.address())));
        }
    }

    @Test
    void fields_that_are_not_known_are_passed_over() throws Exception {
        byte[] message = {0x12, 2, 'h', 'i', 8, 1, 0x19, 1, 2, 3, 4, 5, 6, 7, 8};
        try (Http2Peer peer = peer(Http2Peer.health(message, 0, ""))) {
            assertEquals(Status.PASSING, asker.ask(grpc(peer.address())).status());
        }
    }

    @Test
    void a_message_that_is_none_is_critical() throws Exception {
        assertRefused("Internal", Http2Peer.health(new byte[] {8}, 0, ""));
        assertRefused("Internal", Http2Peer.health(new byte[] {0x12, 100, 1}, 0, ""));
        assertRefused("ResourceExhausted", Http2Peer.health(new byte[10_000], 0, ""));
    }

    @Test
    void a_call_that_ends_badly_is_critical() throws Exception {
        try (Http2Peer peer = peer(Http2Peer.refusal(12, "unknown service 100%25"))) {
            assertEquals(
                    Answer.critical("rpc error: code = Unimplemented desc = unknown service 100%"),
                    asker.ask(grpc(peer.address())));
        }
        assertRefused("Unavailable", Http2Peer.web("404", "not here"));
        assertRefused("Internal", Http2Peer.web("200", ""));
        assertRefused("Internal", Http2Peer.reset());
        assertRefused("Code(99)", Http2Peer.refusal(99, ""));
        assertRefused("Unavailable", stream -> stream.parent().close());
    }

    private void assertRefused(String code, Http2Peer.Script script) throws Exception {
        try (Http2Peer peer = peer(script)) {
            Answer answer = asker.ask(grpc(peer.address()));
            assertEquals(Status.CRITICAL, answer.status());
            assertTrue(
                    answer.output().startsWith("rpc error: code = " + code + " desc = "),
                    answer::output);
        }
    }

    @Test
    void a_call_without_an_answer_is_critical_when_the_time_is_over() throws Exception {
        try (Http2Peer peer = peer(_ -> {})) {
            Asker.Question question = asker.begin(grpc(peer.address()));
            peer.nextRequest();
            assertEquals(
                    Answer.critical(
                            "rpc error: code = DeadlineExceeded desc = context deadline exceeded"),
                    question.timeOut().answer());
        }
    }

    @Test
    void nobody_at_the_port_is_critical() throws Exception {
        String address;
        try (ScriptedPeer peer = new ScriptedPeer(_ -> {})) {
            address = peer.address();
        }
        assertEquals(
                Answer.critical(
                        "rpc error: code = Unavailable desc = connection error: desc ="
                                + " \"transport: Error while dialing: dial tcp "
                                + address
                                + ": connect: connection refused\""),
                asker.ask(grpc(address)));
        assertEquals(
                Answer.critical(
                        "Failed to dial to "
                                + address
                                + ": dial tcp "
                                + address
                                + ": connect: connection refused"),
                asker.ask(ping(address)));
    }

    @Test
    void a_ping_that_comes_back_passes() throws Exception {
        try (Http2Peer peer = peer(_ -> {})) {
            assertEquals(
                    Answer.passing("HTTP2 ping was successful"), asker.ask(ping(peer.address())));
        }
    }

    @Test
    void who_speaks_another_protocol_is_critical() throws Exception {
        for (String said :
                new String[] {
                    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
                    "\0\0\0\4\0\0\0\0\0" + "\377".repeat(10_000),
                    ""
                }) {
            try (ScriptedPeer peer = new ScriptedPeer(with -> with.say(said))) {
                assertEquals(Status.CRITICAL, asker.ask(ping(peer.address())).status(), said);
                assertEquals(Status.CRITICAL, asker.ask(grpc(peer.address())).status(), said);
            }
        }
    }

    @Test
    void a_peer_that_only_sends_settings_is_critical_when_the_time_is_over() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.say("\0\0\0\4\0\0\0\0\0");
                    with.socket().getInputStream().readNBytes(24);
                    with.requests().add("preface");
                    with.untilClosed();
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            Asker.Question question = asker.begin(ping(peer.address()));
            peer.nextRequest();
            assertEquals(
                    Answer.critical("HTTP2 ping failed: context deadline exceeded"),
                    question.timeOut().answer());
        }
    }

    @Test
    void a_peer_that_floods_with_pings_is_left() throws Exception {
        ScriptedPeer.Script script =
                with -> {
                    with.say("\0\0\0\4\0\0\0\0\0");
                    while (true) {
                        with.say("\0\0\10\6\0\0\0\0\0abcdefgh".repeat(100));
                    }
                };
        try (ScriptedPeer peer = new ScriptedPeer(script)) {
            Asker.Question question = asker.begin(ping(peer.address()));
            assertEquals(Status.CRITICAL, question.timeOut().answer().status());
        }
    }

    @Test
    void with_tls_both_agree_on_http2(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        Optional<CheckKind.Tls> tls = Optional.of(CheckKind.Tls.VERIFIED);
        try (Http2Peer peer =
                        new Http2Peer(Optional.of(certificates), Http2Peer.health(SERVING, 0, ""));
                Asker trusting =
                        new Asker(Transport.Choice.AUTO, Optional.of(certificates.authority()))) {
            assertEquals(
                    Answer.passing("gRPC check " + peer.address() + ": success"),
                    trusting.ask(new CheckKind.Grpc(peer.address(), tls)));
            assertEquals(
                    Answer.passing("HTTP2 ping was successful"),
                    trusting.ask(new CheckKind.H2ping(peer.address(), tls)));
            Answer untrusted = asker.ask(new CheckKind.H2ping(peer.address(), tls));
            assertEquals(
                    "Failed to dial to "
                            + peer.address()
                            + ": tls: failed to verify certificate: x509: certificate signed by"
                            + " unknown authority",
                    untrusted.output());
        }
    }
}
