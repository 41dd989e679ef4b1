package dev.millrace.registry.dns;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.config.Settings.Sources;
import dev.millrace.kernel.guard.DenyList;
import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.metrics.Metrics;
import dev.millrace.kernel.net.Network;
import dev.millrace.registry.dns.wire.BadMessage;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A DNS server on a free port, and clients of it. */
final class DnsNode implements AutoCloseable {
    private static final int WAIT_MILLIS = 10_000;

    private final Network network;
    private final DnsServer server;
    private final Guard guard;

    DnsNode(Names names, String... assignments) throws BadSettings, IOException {
        List<Setting<?>> all = new ArrayList<>(DnsSettings.all());
        all.addAll(Network.settings());
        all.addAll(Guard.settings());
        List<String> given = new ArrayList<>(List.of("registry.dns.port=0"));
        given.addAll(List.of(assignments));
        Settings settings = Settings.read(all, Sources.of(given.toArray(String[]::new)));
        guard = new Guard(settings, new DenyList(System::nanoTime));
        network = new Network(settings, guard);
        server =
                new DnsServer(
                        names,
                        DnsSettings.of(settings, "dc1"),
                        Log.silent(),
                        new Metrics(),
                        network);
        try {
            server.start();
        } catch (BadSettings | IOException failure) {
            network.close();
            throw failure;
        }
    }

    int port() {
        return server.port();
    }

    Guard guard() {
        return guard;
    }

    /** Asks by UDP from a socket of its own. */
    Message ask(byte[] question) throws IOException, BadMessage {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(WAIT_MILLIS);
            send(socket, question);
            return receive(socket);
        }
    }

    void send(DatagramSocket socket, byte[] bytes) throws IOException {
        socket.send(
                new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port()));
    }

    static Message receive(DatagramSocket socket) throws IOException, BadMessage {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(packet);
        return Message.of(Arrays.copyOf(packet.getData(), packet.getLength()));
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(WAIT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** A message behind its length. */
    static byte[] framed(byte[] message) {
        byte[] framed = new byte[2 + message.length];
        framed[0] = (byte) (message.length >> 8);
        framed[1] = (byte) message.length;
        System.arraycopy(message, 0, framed, 2, message.length);
        return framed;
    }

    static void send(Socket socket, byte[] message) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(framed(message));
        out.flush();
    }

    static Message receive(Socket socket) throws IOException, BadMessage {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] message = new byte[in.readUnsignedShort()];
        in.readFully(message);
        return Message.of(message);
    }

    @Override
    public void close() {
        server.stop();
        network.close();
    }
}
