package dev.millrace.registry.check.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.net.Transport;
import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Optional;

/** TCP and UDP, on every transport that is to be had here. */
class SocketProbesTest {
    private static Asker asker(Transport.Choice choice) throws Exception {
        return new Asker(choice, Optional.empty());
    }

    private static CheckKind tcp(String address) {
        return new CheckKind.Tcp(address, Optional.empty());
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Choice.class,
            names = {"AUTO", "EPOLL", "NIO"})
    void a_port_that_accepts_passes_and_one_that_does_not_is_critical(Transport.Choice choice)
            throws Exception {
        try (Asker asker = asker(choice)) {
            String address;
            try (ScriptedPeer peer = new ScriptedPeer(ScriptedPeer.Conversant::untilClosed)) {
                address = peer.address();
                assertEquals(
                        Answer.passing("TCP connect " + address + ": Success"),
                        asker.ask(tcp(address)));
                String named = "localhost:" + peer.port();
                assertEquals(
                        Answer.passing("TCP connect " + named + ": Success"),
                        asker.ask(tcp(named)));
            }
            assertEquals(
                    Answer.critical("dial tcp " + address + ": connect: connection refused"),
                    asker.ask(tcp(address)));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Choice.class,
            names = {"AUTO", "EPOLL", "NIO"})
    void addresses_that_are_none_are_critical(Transport.Choice choice) throws Exception {
        try (Asker asker = asker(choice)) {
            assertEquals(
                    Answer.critical("dial tcp: address localhost: missing port in address"),
                    asker.ask(tcp("localhost")));
            assertEquals(
                    Answer.critical("dial tcp: address ::1:80: too many colons in address"),
                    asker.ask(tcp("::1:80")));
            assertEquals(
                    Answer.critical("dial tcp: lookup no-such.invalid: no such host"),
                    asker.ask(tcp("no-such.invalid:80")));
            assertEquals(
                    Answer.critical("dial udp: lookup no-such.invalid: no such host"),
                    asker.ask(new CheckKind.Udp("no-such.invalid:80")));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Choice.class,
            names = {"AUTO", "EPOLL", "NIO"})
    void a_datagram_that_is_answered_passes(Transport.Choice choice) throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                Asker asker = asker(choice)) {
            Thread.ofVirtual().start(() -> echo(socket));
            String address = "127.0.0.1:" + socket.getLocalPort();
            assertEquals(
                    Answer.passing("UDP connect " + address + ": Success"),
                    asker.ask(new CheckKind.Udp(address)));
        }
    }

    private static void echo(DatagramSocket socket) {
        try {
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            socket.receive(packet);
            socket.send(packet);
        } catch (IOException closed) {
            // The test is over.
            return;
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Choice.class,
            names = {"AUTO", "EPOLL", "NIO"})
    void a_datagram_that_is_refused_is_critical(Transport.Choice choice) throws Exception {
        int port;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (Asker asker = asker(choice)) {
            Answer answer = asker.ask(new CheckKind.Udp("127.0.0.1:" + port));
            assertEquals(
                    Answer.critical("127.0.0.1:" + port + ": read: connection refused"), answer);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Choice.class,
            names = {"AUTO", "EPOLL", "NIO"})
    void a_datagram_without_an_answer_passes_when_the_time_is_over(Transport.Choice choice)
            throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                Asker asker = asker(choice)) {
            socket.setSoTimeout(30_000);
            String address = "127.0.0.1:" + socket.getLocalPort();
            Asker.Question question = asker.begin(new CheckKind.Udp(address));
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            socket.receive(packet);
            assertEquals(1, packet.getLength());
            assertTrue(question.timeOut().answer().output().endsWith(": Success"));
        }
    }
}
