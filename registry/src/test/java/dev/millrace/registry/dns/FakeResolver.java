package dev.millrace.registry.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** A resolver that answers what a test says, by UDP and TCP. */
final class FakeResolver implements AutoCloseable {
    private final DatagramSocket datagrams;
    private final ServerSocket connections;
    private final UnaryOperator<byte[]> byUdp;
    private final UnaryOperator<byte[]> byTcp;
    private final Set<Integer> ids = ConcurrentHashMap.newKeySet();
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

    private FakeResolver(UnaryOperator<byte[]> byUdp, UnaryOperator<byte[]> byTcp)
            throws IOException {
        this.byUdp = byUdp;
        this.byTcp = byTcp;
        connections = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        datagrams =
                new DatagramSocket(connections.getLocalPort(), InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::answerDatagrams);
        Thread.ofVirtual().start(this::answerConnections);
    }

    /** From question to answer; no bytes: none. */
    static FakeResolver answering(UnaryOperator<byte[]> answer) throws IOException {
        return new FakeResolver(answer, answer);
    }

    static FakeResolver answering(UnaryOperator<byte[]> byUdp, UnaryOperator<byte[]> byTcp)
            throws IOException {
        return new FakeResolver(byUdp, byTcp);
    }

    int port() {
        return connections.getLocalPort();
    }

    Set<Integer> ids() {
        return ids;
    }

    Set<Integer> clientPorts() {
        return ports;
    }

    private void answerDatagrams() {
        byte[] buffer = new byte[4_096];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                datagrams.receive(packet);
                ports.add(packet.getPort());
                byte[] answer = answer(byUdp, Arrays.copyOf(buffer, packet.getLength()));
                if (answer.length > 0) {
                    datagrams.send(
                            new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    private byte[] answer(UnaryOperator<byte[]> by, byte[] question) {
        ids.add((question[0] & 0xFF) << 8 | (question[1] & 0xFF));
        return by.apply(question);
    }

    private void answerConnections() {
        try {
            while (true) {
                try (Socket socket = connections.accept()) {
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    byte[] question = new byte[in.readUnsignedShort()];
                    in.readFully(question);
                    socket.getOutputStream().write(DnsNode.framed(answer(byTcp, question)));
                }
            }
        } catch (IOException closed) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        datagrams.close();
        connections.close();
    }
}
