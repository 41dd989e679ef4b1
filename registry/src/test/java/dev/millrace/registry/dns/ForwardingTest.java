package dev.millrace.registry.dns;

import static dev.millrace.registry.dns.KnownNames.elsewhere;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.registry.dns.wire.Rcode;
import dev.millrace.registry.dns.wire.RecordType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

@Timeout(60)
class ForwardingTest {
    private static final KnownNames NAMES =
            new KnownNames().service("ext", elsewhere("n1", "", "www.example.com", 443));

    /** The question with one address as its answer. */
    private static byte[] answered(byte[] question, int flags) {
        return answered(question, flags, 1);
    }

    private static byte[] answered(byte[] question, int flags, int count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int end = 12;
        while (question[end] != 0) {
            end += 1 + question[end];
        }
        out.write(question, 0, 2);
        Message.shorts(out, 0x8180 | flags, 1, count, 0, 0);
        out.write(question, 12, end + 5 - 12);
        for (int i = 0; i < count; i++) {
            Message.shorts(out, 0xC00C, RecordType.A, 1, 0, 300, 4);
            out.writeBytes(new byte[] {93, (byte) 184, (byte) (i >> 8), (byte) i});
        }
        return out.toByteArray();
    }

    private static DnsNode asking(FakeResolver... resolvers) throws Exception {
        StringBuilder all = new StringBuilder();
        for (FakeResolver resolver : resolvers) {
            all.append(all.isEmpty() ? "" : ",").append("127.0.0.1:").append(resolver.port());
        }
        return new DnsNode(
                NAMES, "registry.dns.recursors=" + all, "registry.dns.recursor-timeout=500ms");
    }

    private static byte[] question(String name) {
        return Message.question(4_711, name, RecordType.A);
    }

    @Test
    void names_of_others_are_asked_of_the_resolver_and_their_case_comes_back() throws Exception {
        try (FakeResolver resolver =
                        FakeResolver.answering(question -> answered(lower(question), 0));
                DnsNode node = asking(resolver)) {
            Message answer = node.ask(question("WWW.example.COM"));
            assertEquals(4_711, answer.id());
            assertEquals(List.of("WWW.example.COM. A 1"), answer.question());
            assertEquals(List.of("WWW.example.COM. 300 A 93.184.0.0"), answer.answer());
            assertTrue((answer.flags() & 0x0080) != 0);
            try (Socket socket = node.connect()) {
                DnsNode.send(socket, question("a.example.com"));
                DnsNode.send(socket, Message.question(1, "ext.node.consul", RecordType.A));
                assertEquals(4_711, DnsNode.receive(socket).id());
                assertEquals(1, DnsNode.receive(socket).id());
            }
        }
    }

    @Test
    void a_connection_is_read_on_when_what_it_waited_for_has_come() throws Exception {
        try (FakeResolver resolver = FakeResolver.answering(question -> answered(question, 0));
                DnsNode node = asking(resolver);
                Socket socket = node.connect()) {
            for (int i = 0; i < 20; i++) {
                DnsNode.send(socket, question("a.example.com"));
                assertEquals(1, DnsNode.receive(socket).answer().size());
            }
        }
    }

    private static byte[] lower(byte[] question) {
        byte[] lower = question.clone();
        for (int i = 12; i < lower.length; i++) {
            lower[i] = (byte) Character.toLowerCase(lower[i]);
        }
        return lower;
    }

    @Test
    void ids_are_not_the_clients_and_each_question_has_a_port_of_its_own() throws Exception {
        try (FakeResolver resolver = FakeResolver.answering(question -> answered(question, 0));
                DnsNode node = asking(resolver)) {
            for (int i = 0; i < 10; i++) {
                node.ask(question("www.example.com"));
            }
            assertTrue(resolver.ids().size() > 5, "ids: " + resolver.ids());
            assertTrue(resolver.clientPorts().size() > 5, "ports: " + resolver.clientPorts());
        }
    }

    @Test
    void what_answers_another_question_is_passed_over() throws Exception {
        UnaryOperator<byte[]> otherId =
                question -> {
                    byte[] answer = answered(question, 0);
                    answer[0]++;
                    return answer;
                };
        UnaryOperator<byte[]> otherName =
                question -> {
                    byte[] answer = answered(question, 0);
                    answer[13]++;
                    return answer;
                };
        for (UnaryOperator<byte[]> forged :
                List.of(otherId, otherName, question -> question, question -> new byte[3])) {
            try (FakeResolver resolver = FakeResolver.answering(forged);
                    DnsNode node = asking(resolver)) {
                assertEquals(Rcode.SERVFAIL, node.ask(question("www.example.com")).rcode());
            }
        }
    }

    @Test
    void the_next_resolver_is_asked_when_one_is_silent_or_failed_or_not_there() throws Exception {
        try (FakeResolver silent = FakeResolver.answering(question -> new byte[0]);
                FakeResolver failing =
                        FakeResolver.answering(question -> answered(question, Rcode.SERVFAIL));
                FakeResolver good = FakeResolver.answering(question -> answered(question, 0))) {
            int free;
            try (DatagramSocket gone = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                free = gone.getLocalPort();
            }
            try (DnsNode node =
                    new DnsNode(
                            NAMES,
                            "registry.dns.recursor-timeout=300ms",
                            "registry.dns.recursors=127.0.0.1:"
                                    + free
                                    + ",127.0.0.1:"
                                    + silent.port()
                                    + ",127.0.0.1:"
                                    + failing.port()
                                    + ",127.0.0.1:"
                                    + good.port())) {
                assertEquals(1, node.ask(question("www.example.com")).answer().size());
            }
        }
    }

    @Test
    void what_is_too_long_for_udp_is_fetched_by_tcp_and_cut_for_who_takes_less() throws Exception {
        try (FakeResolver resolver =
                        FakeResolver.answering(
                                question -> answered(question, 0x0200, 1),
                                question -> answered(question, 0, 100));
                DnsNode node = asking(resolver)) {
            assertEquals(
                    100,
                    node.ask(Message.offering(1, "www.example.com", RecordType.A, 4_096))
                            .answer()
                            .size());
            Message cut = node.ask(question("www.example.com"));
            assertTrue(cut.truncated());
            assertEquals(List.of(), cut.answer());
            try (Socket socket = node.connect()) {
                DnsNode.send(socket, question("www.example.com"));
                assertEquals(100, DnsNode.receive(socket).answer().size());
            }
        }
    }

    @Test
    void a_host_name_in_the_registry_is_followed_to_its_addresses() throws Exception {
        try (FakeResolver resolver = FakeResolver.answering(question -> answered(question, 0));
                DnsNode node = asking(resolver)) {
            assertEquals(
                    List.of(
                            "ext.service.consul. 0 CNAME www.example.com.",
                            "www.example.com. 0 A 93.184.0.0"),
                    node.ask(question("ext.service.consul")).answer());
        }
        try (FakeResolver broken =
                        FakeResolver.answering(
                                question -> {
                                    byte[] answer = answered(question, 0);
                                    return Arrays.copyOf(answer, answer.length - 3);
                                });
                DnsNode node = asking(broken)) {
            assertEquals(
                    List.of("ext.service.consul. 0 CNAME www.example.com."),
                    node.ask(question("ext.service.consul")).answer());
        }
    }

    @Test
    void addresses_that_nobody_here_has_are_asked_of_others() throws Exception {
        try (FakeResolver resolver =
                        FakeResolver.answering(question -> answered(question, Rcode.NXDOMAIN, 0));
                DnsNode node = asking(resolver)) {
            Message answer =
                    node.ask(Message.question(1, "1.2.0.192.in-addr.arpa", RecordType.PTR));
            assertEquals(Rcode.NXDOMAIN, answer.rcode());
            assertEquals(1, resolver.ids().size());
        }
    }

    @Test
    void who_wants_no_recursion_is_refused() throws Exception {
        try (FakeResolver resolver = FakeResolver.answering(question -> answered(question, 0));
                DnsNode node = asking(resolver)) {
            byte[] question = Message.question(1, 0, "www.example.com", RecordType.A, 1, -1);
            assertEquals(Rcode.REFUSED, node.ask(question).rcode());
        }
    }

    @Test
    void the_server_cannot_be_its_own_resolver() throws Exception {
        int port;
        try (DnsNode node = new DnsNode(NAMES)) {
            port = node.port();
        }
        BadSettings bad =
                assertThrows(
                        BadSettings.class,
                        () ->
                                new DnsNode(
                                        NAMES,
                                        "registry.dns.port=" + port,
                                        "registry.dns.recursors=127.0.0.1:" + port));
        assertTrue(String.valueOf(bad.getMessage()).contains("this server itself"));
    }

    @Test
    void resolvers_are_addresses() {
        for (String unreadable : List.of("resolver.example", "10.0.0.1:99999", "[::1")) {
            assertThrows(
                    BadSettings.class,
                    () -> new DnsNode(NAMES, "registry.dns.recursors=" + unreadable));
        }
    }
}
