package dev.millrace.kernel.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.group.ChannelGroup;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One bound address that speaks one protocol, and the connections that came in by it. */
public final class Listener implements Closeable {
    private final Endpoint endpoint;
    private final Channel server;
    private final ChannelGroup connections;
    private final Optional<Path> socketFile;

    Listener(
            Endpoint endpoint,
            Channel server,
            ChannelGroup connections,
            Optional<Path> socketFile) {
        this.endpoint = endpoint;
        this.server = server;
        this.connections = connections;
        this.socketFile = socketFile;
    }

    /** What was asked for. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** The port that was bound, which matters when a free one was asked for; 0 if it is no TCP. */
    public int port() {
        return server.localAddress() instanceof InetSocketAddress tcp ? tcp.getPort() : 0;
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
        server.close().syncUninterruptibly();
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
        connections.close().awaitUninterruptibly();
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
