package dev.millrace.kernel.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.group.ChannelGroup;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One bound address that speaks one protocol, and the connections that came in by it. {@link
 * Network#move} makes the address another; who is in stays.
 */
public final class Listener implements Closeable {
    /** A channel is closed on its loop: one that is busy for longer does it later, or never. */
    private static final long CLOSE_MILLIS_MAX = 2000;

    private final Endpoint endpoint;
    private final Binder binder;
    private volatile Channel server;
    private final ChannelGroup connections;
    private final Optional<Path> socketFile;

    /** Opens an accepting socket of this listener's at an address. */
    interface Binder {
        Channel bind(SocketAddress address) throws CannotListen;
    }

    Listener(
            Endpoint endpoint,
            Binder binder,
            Channel server,
            ChannelGroup connections,
            Optional<Path> socketFile) {
        this.endpoint = endpoint;
        this.binder = binder;
        this.server = server;
        this.connections = connections;
        this.socketFile = socketFile;
    }

    /** What was asked for. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * The port that is bound, which matters when a free one was asked for; 0 if it is no TCP or has
     * stopped accepting.
     */
    public int port() {
        Channel accepting = server;
        return accepting.isOpen() && accepting.localAddress() instanceof InetSocketAddress tcp
                ? tcp.getPort()
                : 0;
    }

    /** The address that is bound, or was. */
    public SocketAddress bound() {
        return server.localAddress();
    }

    /** Accepts there, and no more where it did; if it cannot, all is as it was. */
    void move(InetSocketAddress address) throws CannotListen {
        Channel before = server;
        boolean samePort =
                before.isOpen()
                        && before.localAddress() instanceof InetSocketAddress tcp
                        && tcp.getPort() == address.getPort();
        if (!samePort) {
            server = binder.bind(address);
            before.close().syncUninterruptibly();
            return;
        }
        // The wider of two addresses cannot be bound beside the other.
        SocketAddress old = before.localAddress();
        before.close().syncUninterruptibly();
        try {
            server = binder.bind(address);
        } catch (CannotListen failure) {
            server = binder.bind(old);
            throw failure;
        }
    }

    /** For people: {@code 127.0.0.1:6379}, or a socket's path. */
    public String address() {
        if (server.localAddress() instanceof InetSocketAddress tcp) {
            String host = tcp.getAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + tcp.getPort();
        }
        return socketFile.map(Path::toString).orElse("?");
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /** From here on nobody new comes in; who is in stays. */
    public void stopAccepting() {
        server.close().awaitUninterruptibly(CLOSE_MILLIS_MAX);
        socketFile.ifPresent(Listener::deleteQuietly);
    }

    /** Stops accepting, and closes each connection after what was written to it has left. */
    public void drain(Duration patience) {
        stopAccepting();
        List<ChannelFuture> leaving = new ArrayList<>();
        for (Channel connection : connections) {
            connection
                    .writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(ChannelFutureListener.CLOSE);
            leaving.add(connection.closeFuture());
        }
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        for (ChannelFuture gone : leaving) {
            gone.awaitUninterruptibly(
                    Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
        close();
    }

    /** Stops accepting and closes every connection now. */
    @Override
    public void close() {
        stopAccepting();
        connections.close().awaitUninterruptibly(CLOSE_MILLIS_MAX);
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException itStays) {
            // The next start finds that nobody answers there, and removes it.
            return;
        }
    }
}
