package dev.millrace.kernel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.guard.GuardPolicy;
import dev.millrace.kernel.guard.Refusal;

import io.netty.channel.EventLoopGroup;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

class NetworkTest {
    private static final Endpoint ECHO = Endpoint.tcp("echo", Networks.PORT, GuardPolicy.patient());

    @TempDir Path folder;

    /** A network, its guard and its one listener. */
    private record Fixture(Network network, Guard guard, Listener listener)
            implements AutoCloseable {
        static Fixture open(Endpoint endpoint, String... assignments) throws Exception {
            Settings settings = Networks.settings(assignments);
            Guard guard = Networks.guard(settings);
            Network network = new Network(settings, guard);
            try {
                Listener listener = network.listen(endpoint, network.loops("test", 1), Echo::speak);
                return new Fixture(network, guard, listener);
            } catch (BadSettings | IOException failure) {
                network.close();
                throw failure;
            }
        }

        Socket connect() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
            socket.setSoTimeout(10_000);
            return socket;
        }

        @Override
        public void close() {
            network.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void every_transport_that_is_here_carries_bytes(Transport transport) throws Exception {
        if (transport.missing().isPresent()) {
            assertThrows(BadSettings.class, () -> Networks.settings("net.transport=" + transport));
            return;
        }
        String assignment =
                Transport.CHOICE.key() + "=" + transport.name().toLowerCase(Locale.ROOT);
        try (Fixture fixture = Fixture.open(ECHO, assignment);
                Socket socket = fixture.connect()) {
            assertEquals(transport, fixture.network().transport());
            assertEchoes(socket, "hello");
            assertEquals(1, fixture.listener().connections());
            assertEquals(1, fixture.guard().connections());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void every_transport_that_is_here_carries_datagrams(Transport transport) throws Exception {
        if (transport.missing().isPresent()) {
            return;
        }
        String assignment =
                Transport.CHOICE.key() + "=" + transport.name().toLowerCase(Locale.ROOT);
        try (Fixture fixture = Fixture.open(ECHO, assignment);
                DatagramSocket client = new DatagramSocket()) {
            Network network = fixture.network();
            EventLoopGroup group = network.datagramLoops("datagrams", 1);
            assertEquals(transport, network.transport(group));
            Listener listener =
                    network.listenUdp("echo", fixture.listener(), group, 512, Echo::speak);
            assertEquals(fixture.listener().port(), listener.port());
            client.setSoTimeout(10_000);
            for (int i = 0; i < 100; i++) {
                byte[] sent = {(byte) i};
                client.send(
                        new DatagramPacket(
                                sent, 1, InetAddress.getLoopbackAddress(), listener.port()));
            }
            for (int i = 0; i < 100; i++) {
                DatagramPacket reply = new DatagramPacket(new byte[2], 2);
                client.receive(reply);
                assertEquals(1, reply.getLength());
                assertEquals(i, reply.getData()[0]);
            }
        }
    }

    @Test
    void a_taken_udp_port_names_the_setting_that_changes_it() throws Exception {
        try (Fixture fixture = Fixture.open(ECHO);
                DatagramSocket taken =
                        new DatagramSocket(
                                fixture.listener().port(), InetAddress.getLoopbackAddress())) {
            Network network = fixture.network();
            EventLoopGroup group = network.datagramLoops("datagrams", 1);
            CannotListen refused =
                    assertThrows(
                            CannotListen.class,
                            () ->
                                    network.listenUdp(
                                            "echo", fixture.listener(), group, 512, Echo::speak));
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.contains(":" + taken.getLocalPort()), message);
            assertTrue(message.contains("--set test.port=N"), message);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void every_transport_that_is_here_has_unix_sockets(Transport transport) throws Exception {
        if (transport.missing().isPresent()) {
            return;
        }
        String assignment =
                Transport.CHOICE.key() + "=" + transport.name().toLowerCase(Locale.ROOT);
        Path path = folder.resolve("s");
        leaveStaleSocket(path);
        Endpoint endpoint = Endpoint.unix("echo", Networks.PATH, GuardPolicy.patient());
        try (Fixture fixture = Fixture.open(endpoint, assignment, "test.path=" + path);
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(ByteBuffer.wrap(new byte[] {42}));
            ByteBuffer reply = ByteBuffer.allocate(1);
            client.read(reply);
            assertEquals(42, reply.get(0));
            assertEquals(path.toString(), fixture.listener().address());
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void a_taken_port_names_the_port_and_the_setting_that_changes_it() throws Exception {
        try (Fixture first = Fixture.open(ECHO)) {
            int port = first.listener().port();
            CannotListen refused =
                    assertThrows(CannotListen.class, () -> Fixture.open(ECHO, "test.port=" + port));
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.startsWith("127.0.0.1:" + port + ": "), message);
            assertTrue(message.contains("in use"), message);
            assertTrue(message.contains("--set test.port=N"), message);
        }
    }

    @Test
    void binding_wider_than_loopback_needs_authentication_or_insecure() throws Exception {
        BadSettings refused =
                assertThrows(BadSettings.class, () -> Fixture.open(ECHO, "net.bind=0.0.0.0"));
        assertTrue(String.valueOf(refused.getMessage()).contains("--insecure"));
        Fixture.open(ECHO.authenticated(true), "net.bind=0.0.0.0").close();
        Fixture.open(ECHO, "net.bind=0.0.0.0", "net.insecure=true").close();
    }

    @Test
    void who_comes_when_the_process_is_full_is_told_so() throws Exception {
        Endpoint telling =
                Endpoint.tcp(
                        "echo", Networks.PORT, GuardPolicy.patient().refusing("-ERR full\r\n"));
        try (Fixture fixture = Fixture.open(telling, "guard.connections.max=1");
                Socket first = fixture.connect()) {
            assertEchoes(first, "in");
            try (Socket second = fixture.connect()) {
                assertEquals("-ERR full\r\n", readAll(second));
            }
            assertEquals(1, fixture.guard().refusals(Refusal.CONNECTIONS_MAX));
            assertEchoes(first, "still in");
        }
    }

    @Test
    void one_address_may_have_so_many_connections_and_gets_them_back() throws Exception {
        try (Fixture fixture = Fixture.open(ECHO, "guard.connections.per-address=1")) {
            try (Socket first = fixture.connect()) {
                assertEchoes(first, "in");
                try (Socket second = fixture.connect()) {
                    assertEnded(second);
                }
                assertEquals(1, fixture.guard().refusals(Refusal.PER_ADDRESS));
                first.shutdownOutput();
                assertEnded(first);
            }
            awaitNoConnections(fixture);
            try (Socket third = fixture.connect()) {
                assertEchoes(third, "in again");
            }
        }
    }

    @Test
    void a_denied_address_gets_nowhere() throws Exception {
        try (Fixture fixture = Fixture.open(ECHO)) {
            fixture.guard().denyList().deny(InetAddress.getByName("127.0.0.1"), Duration.ofDays(1));
            try (Socket socket = fixture.connect()) {
                assertEnded(socket);
            }
            assertEquals(1, fixture.guard().refusals(Refusal.DENIED));
            assertEquals(0, fixture.guard().connections());
        }
    }

    @Test
    void who_asks_nothing_in_time_is_dropped_and_who_asks_stays() throws Exception {
        Endpoint hurried =
                Endpoint.tcp(
                        "echo",
                        Networks.PORT,
                        GuardPolicy.firstRequestWithin(Duration.ofMillis(300)));
        try (Fixture fixture = Fixture.open(hurried);
                Socket asking = fixture.connect();
                Socket silent = fixture.connect()) {
            assertEchoes(asking, "a request");
            assertEnded(silent);
            assertEquals(1, fixture.guard().refusals(Refusal.FIRST_REQUEST));
            assertEchoes(asking, "and another");
        }
    }

    @Test
    void draining_lets_what_was_written_leave() throws Exception {
        try (Fixture fixture = Fixture.open(ECHO);
                Socket socket = fixture.connect()) {
            assertEchoes(socket, "before");
            fixture.listener().drain(Duration.ofSeconds(5));
            assertEnded(socket);
            assertThrows(IOException.class, fixture::connect);
        }
    }

    @Test
    void a_listener_moves_and_its_connections_stay() throws Exception {
        try (Fixture fixture = Fixture.open(ECHO);
                Socket before = fixture.connect()) {
            assertEchoes(before, "before");
            int old = fixture.listener().port();
            int free;
            try (ServerSocket found = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                free = found.getLocalPort();
            }
            fixture.network().move(fixture.listener(), "127.0.0.1", free);
            assertEquals(free, fixture.listener().port());
            assertEchoes(before, "still here");
            try (Socket after = fixture.connect()) {
                assertEchoes(after, "after");
            }
            assertThrows(
                    IOException.class,
                    () -> new Socket(InetAddress.getLoopbackAddress(), old).close());
        }
    }

    @Test
    void a_listener_that_cannot_move_stays_where_it_is() throws Exception {
        try (Fixture fixture = Fixture.open(ECHO);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Listener listener = fixture.listener();
            int old = listener.port();
            assertThrows(
                    CannotListen.class,
                    () -> fixture.network().move(listener, "127.0.0.1", taken.getLocalPort()));
            assertThrows(BadSettings.class, () -> fixture.network().move(listener, "0.0.0.0", old));
            assertEquals(old, listener.port());
            try (Socket socket = fixture.connect()) {
                assertEchoes(socket, "here");
            }
        }
    }

    @Test
    void a_listener_that_moves_to_port_0_accepts_nobody() throws Exception {
        try (Fixture fixture = Fixture.open(ECHO)) {
            int old = fixture.listener().port();
            fixture.network().move(fixture.listener(), "127.0.0.1", 0);
            assertEquals(0, fixture.listener().port());
            assertThrows(
                    IOException.class,
                    () -> new Socket(InetAddress.getLoopbackAddress(), old).close());
        }
    }

    private static void assertEchoes(Socket socket, String text) throws IOException {
        byte[] sent = text.getBytes(StandardCharsets.UTF_8);
        OutputStream out = socket.getOutputStream();
        out.write(sent);
        out.flush();
        assertEquals(
                text,
                new String(
                        socket.getInputStream().readNBytes(sent.length), StandardCharsets.UTF_8));
    }

    /** An end or a reset: the kernel says reset when unread bytes were thrown away. */
    private static void assertEnded(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        try {
            assertEquals(-1, in.read());
        } catch (SocketException reset) {
            assertTrue(String.valueOf(reset.getMessage()).contains("reset"), reset::toString);
        }
    }

    private static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The close of a connection is counted by its loop, a moment after its peer sees the end. */
    private static void awaitNoConnections(Fixture fixture) {
        long deadlineNanos = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (fixture.guard().connections() > 0) {
            assertTrue(System.nanoTime() < deadlineNanos, "a connection was not given back");
            Thread.onSpinWait();
        }
    }

    private static void leaveStaleSocket(Path path) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
        }
        assertTrue(Files.exists(path));
    }
}
