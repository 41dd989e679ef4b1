package dev.millrace.registry.dns;

import static dev.millrace.registry.dns.KnownNames.at;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.guard.Refusal;
import dev.millrace.kernel.net.CannotListen;
import dev.millrace.kernel.net.Transport;
import dev.millrace.registry.dns.wire.Rcode;
import dev.millrace.registry.dns.wire.RecordType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

@Timeout(60)
class DnsServerTest {
    private final KnownNames names =
            new KnownNames().service("web", at("n1", "10.0.0.1", 80), at("n2", "10.0.0.2", 80));

    @ParameterizedTest
    @EnumSource(Transport.Choice.class)
    void every_transport_answers_by_udp_and_by_tcp_on_one_port(Transport.Choice choice)
            throws Exception {
        byte[] question = Message.question(3, "web.service.consul", RecordType.A);
        DnsNode opened;
        try {
            opened = new DnsNode(names, "net.transport=" + Transport.CHOICE.write(choice));
        } catch (BadSettings notHere) {
            return;
        }
        try (DnsNode node = opened;
                Socket socket = node.connect()) {
            for (int i = 0; i < 3; i++) {
                assertEquals(2, node.ask(question).answer().size());
                DnsNode.send(socket, question);
                assertEquals(2, DnsNode.receive(socket).answer().size());
            }
        }
    }

    @Test
    void a_burst_of_datagrams_is_answered_one_by_one() throws Exception {
        try (DnsNode node = new DnsNode(names);
                DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(10_000);
            for (int id = 0; id < 200; id++) {
                node.send(socket, Message.question(id, "web.service.consul", RecordType.SRV));
            }
            for (int id = 0; id < 200; id++) {
                Message answer = DnsNode.receive(socket);
                assertEquals(id, answer.id());
                assertEquals(2, answer.answer().size());
            }
        }
    }

    @Test
    void malformed_datagrams_are_told_so_or_dropped_and_the_next_is_answered() throws Exception {
        try (DnsNode node = new DnsNode(names);
                DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(10_000);
            byte[] cut = new byte[14];
            cut[5] = 1;
            cut[1] = 77;
            cut[12] = 63;
            node.send(socket, new byte[0]);
            node.send(socket, new byte[11]);
            node.send(socket, cut);
            node.send(socket, new byte[5_000]);
            node.send(socket, Message.question(78, "web.service.consul", RecordType.A));
            Message refused = DnsNode.receive(socket);
            assertEquals(77, refused.id());
            assertEquals(Rcode.FORMERR, refused.rcode());
            assertEquals(Rcode.FORMERR, DnsNode.receive(socket).rcode());
            assertEquals(78, DnsNode.receive(socket).id());
        }
    }

    @Test
    void a_question_may_come_by_tcp_byte_by_byte() throws Exception {
        try (DnsNode node = new DnsNode(names);
                Socket socket = node.connect()) {
            OutputStream out = socket.getOutputStream();
            for (byte one :
                    DnsNode.framed(Message.question(9, "web.service.consul", RecordType.A))) {
                out.write(one);
                out.flush();
            }
            assertEquals(9, DnsNode.receive(socket).id());
        }
    }

    @Test
    void many_questions_on_one_connection_are_answered_in_order() throws Exception {
        try (DnsNode node = new DnsNode(names);
                Socket socket = node.connect()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int id = 0; id < 1_000; id++) {
                all.writeBytes(
                        DnsNode.framed(Message.question(id, "web.service.consul", RecordType.SRV)));
            }
            Thread sender = Thread.ofVirtual().start(() -> write(socket, all.toByteArray()));
            for (int id = 0; id < 1_000; id++) {
                assertEquals(id, DnsNode.receive(socket).id());
            }
            sender.join();
        }
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    @Test
    void malformed_messages_by_tcp_are_told_so_and_the_connection_goes_on() throws Exception {
        try (DnsNode node = new DnsNode(names);
                Socket socket = node.connect()) {
            DnsNode.send(socket, new byte[0]);
            byte[] loop = Message.question(5, "web.service.consul", RecordType.A);
            loop[12] = (byte) 0xC0;
            loop[13] = 12;
            DnsNode.send(socket, loop);
            DnsNode.send(socket, Message.question(6, "web.service.consul", RecordType.A));
            assertEquals(Rcode.FORMERR, DnsNode.receive(socket).rcode());
            assertEquals(6, DnsNode.receive(socket).id());
        }
    }

    @Test
    void who_asks_nothing_by_tcp_for_a_while_is_closed_and_so_is_who_dribbles() throws Exception {
        try (DnsNode node = new DnsNode(names, "registry.dns.tcp-idle=300ms");
                Socket asking = node.connect();
                Socket silent = node.connect()) {
            DnsNode.send(asking, Message.question(6, "web.service.consul", RecordType.A));
            assertEquals(6, DnsNode.receive(asking).id());
            assertEquals(-1, silent.getInputStream().read());
            OutputStream out = asking.getOutputStream();
            assertThrows(
                    IOException.class,
                    () -> {
                        for (int i = 0; i < 1_000; i++) {
                            out.write(0);
                            out.flush();
                            Thread.sleep(20);
                        }
                    });
        }
    }

    @Test
    void who_does_not_take_its_answers_is_not_read_from() throws Exception {
        List<Names.Instance> many = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            many.add(at("n" + i, "10.0." + i / 250 + "." + i % 250, 80));
        }
        names.service("big", many.toArray(Names.Instance[]::new));
        try (DnsNode node = new DnsNode(names);
                Socket greedy = node.connect()) {
            byte[] question = Message.question(6, "big.service.consul", RecordType.A);
            int asked = 2_000;
            Thread sender =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        for (int i = 0; i < asked; i++) {
                                            write(greedy, DnsNode.framed(question));
                                        }
                                    });
            assertEquals(
                    2,
                    node.ask(Message.question(1, "web.service.consul", RecordType.A))
                            .answer()
                            .size());
            for (int i = 0; i < asked; i++) {
                assertEquals(2_000, DnsNode.receive(greedy).answer().size());
            }
            sender.join();
        }
    }

    @Test
    void a_denied_address_gets_no_answer() throws Exception {
        try (DnsNode node = new DnsNode(names);
                DatagramSocket socket = new DatagramSocket()) {
            byte[] question = Message.question(1, "web.service.consul", RecordType.A);
            assertEquals(1, node.ask(question).id());
            node.guard().denyList().deny(InetAddress.getByName("127.0.0.1"), Duration.ofDays(1));
            socket.setSoTimeout(200);
            node.send(socket, question);
            assertThrows(SocketTimeoutException.class, () -> DnsNode.receive(socket));
            assertEquals(1, node.guard().refusals(Refusal.DENIED));
        }
    }

    @Test
    void a_taken_udp_port_is_complained_of() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            CannotListen refused =
                    assertThrows(
                            CannotListen.class,
                            () -> new DnsNode(names, "registry.dns.port=" + taken.getLocalPort()));
            assertTrue(String.valueOf(refused.getMessage()).contains("registry.dns.port"));
        }
    }
}
