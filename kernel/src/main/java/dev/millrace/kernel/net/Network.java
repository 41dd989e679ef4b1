package dev.millrace.kernel.net;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;
import dev.millrace.kernel.guard.Guard;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The only way to a socket. Every listener gets the guard as its first handler, TLS if it is asked
 * for, and is refused where it would expose an unauthenticated protocol. Loops that are made here
 * are shut down here, after the listeners on them.
 */
public final class Network implements Closeable {
    /** {@code net.bind}. */
    public static final Setting<String> BIND =
            Setting.text("net.bind", "127.0.0.1", "address that every port is bound to");

    /** {@code net.insecure}, which {@code --insecure} sets. */
    public static final Setting<Boolean> INSECURE =
            Setting.flag("net.insecure", false, "bind wider than loopback without authentication");

    private static final int BACKLOG = 1_024;
    private static final int DATAGRAM_BATCH = 64;
    private static final int DATAGRAM_QUEUE_BYTES = 4 << 20;
    private static final Duration SHUTDOWN_MAX = Duration.ofSeconds(2);

    private final Settings settings;
    private final Transport transport;
    private final Guard guard;
    private final Map<EventLoopGroup, Transport> loops = new LinkedHashMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final Map<List<String>, SslContext> tls = new HashMap<>();

    /**
     * Opens nothing yet.
     *
     * @throws BadSettings when the wanted transport is not to be had
     */
    public Network(Settings settings, Guard guard) throws BadSettings {
        this.settings = settings;
        this.guard = guard;
        this.transport = Transport.of(settings.get(Transport.CHOICE));
    }

    /** Every setting that a network reads, for those who assemble one. */
    public static List<Setting<?>> settings() {
        List<Setting<?>> all = new ArrayList<>(List.of(BIND, INSECURE, Transport.CHOICE));
        all.addAll(Tls.SETTINGS);
        return all;
    }

    /** The transport in use. */
    public Transport transport() {
        return transport;
    }

    /** Event loops of a room's own; they end with this network. */
    public synchronized EventLoopGroup loops(String name, int count) {
        return loops(name, count, transport);
    }

    /** The same for who mostly waits for datagrams: on the transport that is best at them. */
    public synchronized EventLoopGroup datagramLoops(String name, int count) throws BadSettings {
        return loops(name, count, Transport.forDatagrams(settings.get(Transport.CHOICE)));
    }

    private EventLoopGroup loops(String name, int count, Transport on) {
        EventLoopGroup group = on.loops(name, count);
        loops.put(group, on);
        return group;
    }

    /** The transport of loops that were made here. */
    public synchronized Transport transport(EventLoopGroup group) {
        return loops.getOrDefault(group, transport);
    }

    /**
     * Binds, and from then on hands every admitted connection to {@code protocol}, which adds its
     * handlers on the connection's own event loop.
     *
     * @throws BadSettings when the settings forbid it
     * @throws CannotListen when the address is taken or not ours
     */
    public synchronized Listener listen(
            Endpoint endpoint, EventLoopGroup group, Consumer<Channel> protocol)
            throws BadSettings, CannotListen {
        @Nullable SslContext secured = endpoint.tls() ? tls(endpoint.applications()) : null;
        Listener listener =
                switch (endpoint.place()) {
                    case Endpoint.Tcp tcp -> listenTcp(endpoint, tcp, group, protocol, secured);
                    case Endpoint.Unix unix -> listenUnix(endpoint, unix, group, protocol, secured);
                };
        listeners.add(listener);
        return listener;
    }

    /**
     * Binds the UDP port of the same number beside a TCP listener, whose address has been found fit
     * to be seen. From then on {@code protocol} is handed the one channel, which reads {@link
     * io.netty.channel.socket.DatagramPacket}s; those of denied addresses do not come through.
     *
     * @param protocol for people, as in {@code DNS over UDP}
     * @param datagramBytesMax what is longer is cut off
     * @throws CannotListen when the port is taken
     */
    public synchronized Listener listenUdp(
            String protocol,
            Listener beside,
            EventLoopGroup group,
            int datagramBytesMax,
            Consumer<Channel> handlers)
            throws CannotListen {
        Endpoint tcp = beside.endpoint();
        Endpoint endpoint =
                new Endpoint(
                        protocol, tcp.place(), tcp.guard(), tcp.authenticated(), false, List.of());
        Listener.Binder binder =
                wanted ->
                        bound(
                                datagrams(group, wanted, datagramBytesMax, handlers).bind(wanted),
                                wanted,
                                "another port: --set "
                                        + endpoint.place().key()
                                        + "=N, or --port-offset N for all");
        Listener listener =
                new Listener(
                        endpoint,
                        binder,
                        binder.bind(beside.bound()),
                        connections(),
                        Optional.empty());
        listeners.add(listener);
        return listener;
    }

    private Bootstrap datagrams(
            EventLoopGroup group, SocketAddress address, int bytesMax, Consumer<Channel> handlers) {
        Transport by = transport(group);
        boolean ipv4 =
                address instanceof InetSocketAddress ip && ip.getAddress() instanceof Inet4Address;
        Bootstrap socket =
                new Bootstrap()
                        .group(group)
                        .channelFactory(() -> by.newDatagram(ipv4))
                        .option(ChannelOption.SO_RCVBUF, DATAGRAM_QUEUE_BYTES)
                        .option(ChannelOption.SO_SNDBUF, DATAGRAM_QUEUE_BYTES)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline().addLast(guard.datagramDoor());
                                        handlers.accept(channel);
                                    }
                                });
        Optional<ChannelOption<Integer>> several = by.datagramBytesMax();
        several.ifPresent(option -> socket.option(option, bytesMax));
        int count = several.isPresent() ? DATAGRAM_BATCH : 1;
        return socket.option(
                ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(bytesMax * count));
    }

    /** Every listener that was opened, in that order. */
    public synchronized List<Listener> listeners() {
        return List.copyOf(listeners);
    }

    /** Closes listeners, connections and loops, the last opened first. */
    @Override
    public synchronized void close() {
        listeners.reversed().forEach(Listener::close);
        listeners.clear();
        loops.keySet()
                .forEach(
                        group ->
                                group.shutdownGracefully(
                                        0, SHUTDOWN_MAX.toMillis(), TimeUnit.MILLISECONDS));
        // One that is inside a call that does not return is left behind.
        loops.keySet()
                .forEach(
                        group ->
                                group.terminationFuture()
                                        .awaitUninterruptibly(2 * SHUTDOWN_MAX.toMillis()));
        loops.clear();
    }

    private Listener listenTcp(
            Endpoint endpoint,
            Endpoint.Tcp tcp,
            EventLoopGroup group,
            Consumer<Channel> protocol,
            @Nullable SslContext secured)
            throws BadSettings, CannotListen {
        InetAddress address = bindAddress(endpoint, tcp, settings.get(BIND));
        ChannelGroup connections = connections();
        Listener.Binder binder =
                wanted ->
                        bound(
                                bootstrap(endpoint, group, protocol, secured, connections)
                                        .channel(transport(group).tcpServer())
                                        .option(ChannelOption.SO_REUSEADDR, true)
                                        .childOption(ChannelOption.TCP_NODELAY, true)
                                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                                        .bind(wanted),
                                wanted,
                                "another port: --set "
                                        + tcp.key()
                                        + "=N, or --port-offset N for all");
        Channel server = binder.bind(new InetSocketAddress(address, settings.get(tcp.port())));
        return new Listener(endpoint, binder, server, connections, Optional.empty());
    }

    private static Channel bound(ChannelFuture binding, SocketAddress address, String remedy)
            throws CannotListen {
        binding.awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new CannotListen(
                    text(address) + ": " + binding.cause().getMessage() + " (" + remedy + ")",
                    binding.cause());
        }
        return binding.channel();
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress tcp
                ? tcp.getAddress().getHostAddress() + ":" + tcp.getPort()
                : address.toString();
    }

    /**
     * Makes a TCP listener accept at another address, and no more at its own; its connections stay.
     * Not to be called on a loop.
     *
     * @param host one address of this machine
     * @param port 0: it accepts nowhere
     * @throws BadSettings when the settings forbid it, or it is no address of this machine
     * @throws CannotListen when the address is taken; all is as it was
     */
    public synchronized void move(Listener listener, String host, int port)
            throws BadSettings, CannotListen {
        if (!(listener.endpoint().place() instanceof Endpoint.Tcp tcp)) {
            throw new IllegalArgumentException("no TCP: " + listener.endpoint().protocol());
        }
        InetAddress address = bindAddress(listener.endpoint(), tcp, host);
        if (port == 0) {
            listener.stopAccepting();
        } else {
            listener.move(new InetSocketAddress(address, port));
        }
    }

    private Listener listenUnix(
            Endpoint endpoint,
            Endpoint.Unix unix,
            EventLoopGroup group,
            Consumer<Channel> protocol,
            @Nullable SslContext secured)
            throws CannotListen {
        Path path = Path.of(settings.get(unix.path()));
        removeStale(path);
        SocketAddress address = transport(group).unixAddress(path);
        ChannelGroup connections = connections();
        Listener.Binder binder =
                wanted ->
                        bound(
                                bootstrap(endpoint, group, protocol, secured, connections)
                                        .channel(transport(group).unixServer())
                                        .bind(wanted),
                                wanted,
                                "another path: --set " + unix.key() + "=PATH");
        return new Listener(endpoint, binder, binder.bind(address), connections, Optional.of(path));
    }

    private ServerBootstrap bootstrap(
            Endpoint endpoint,
            EventLoopGroup group,
            Consumer<Channel> protocol,
            @Nullable SslContext secured,
            ChannelGroup connections) {
        return new ServerBootstrap()
                .group(group)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .handler(guard.door(endpoint.guard()))
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel connection) {
                                if (!guard.welcome(connection, endpoint.guard())) {
                                    return;
                                }
                                connections.add(connection);
                                if (secured != null) {
                                    connection
                                            .pipeline()
                                            .addLast(secured.newHandler(connection.alloc()));
                                }
                                protocol.accept(connection);
                            }
                        });
    }

    private static ChannelGroup connections() {
        // stayClosed: who is accepted while the group closes is closed as well.
        return new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    }

    /** The address to bind, if a protocol may be seen there. */
    private InetAddress bindAddress(Endpoint endpoint, Endpoint.Tcp tcp, String host)
            throws BadSettings {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException unknown) {
            throw BadSettings.of(BIND, host, "an address of this machine");
        }
        if (!address.isLoopbackAddress() && !endpoint.authenticated() && !settings.get(INSECURE)) {
            throw BadSettings.of(
                    BIND,
                    host + " for " + tcp.key() + ", which has no authentication",
                    "a loopback address, authentication, or --insecure");
        }
        return address;
    }

    /**
     * For protocols whose clients ask for TLS when they are connected: what {@code net.tls.*} says,
     * nothing if it names no certificate.
     *
     * @throws BadSettings when the certificate cannot be used
     */
    public synchronized Optional<SslContext> tlsOnRequest() throws BadSettings {
        return settings.get(Tls.CERTIFICATE).isEmpty()
                ? Optional.empty()
                : Optional.of(tls(List.of()));
    }

    private synchronized SslContext tls(List<String> applications) throws BadSettings {
        SslContext there = tls.get(applications);
        if (there != null) {
            return there;
        }
        SslContext made = Tls.context(settings, applications);
        tls.put(applications, made);
        return made;
    }

    /** A socket file outlives a killed process. If nobody answers there it is in the way. */
    private static void removeStale(Path path) {
        if (!Files.exists(path) || Files.isRegularFile(path) || Files.isDirectory(path)) {
            return;
        }
        try (SocketChannel asked = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            asked.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException nobodyAnswers) {
            deleteStale(path);
        }
    }

    private static void deleteStale(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException itStays) {
            // Binding fails next, with a message that names the setting.
            return;
        }
    }
}
