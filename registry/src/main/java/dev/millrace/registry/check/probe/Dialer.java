package dev.millrace.registry.check.probe;

import dev.millrace.kernel.net.Transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;

/** Makes connections on one loop, trying the addresses of a name one after the other. */
final class Dialer {
    private final EventLoop loop;
    private final Transport transport;
    private final HostNames names;

    Dialer(EventLoop loop, Transport transport, HostNames names) {
        this.loop = loop;
        this.transport = transport;
        this.names = names;
    }

    /** Who wants a connection. */
    interface Caller {
        /** Whether it does no more. */
        boolean isOver();

        /** The first handler of a channel; asked for each attempt. */
        ChannelHandler handler();

        /** An attempt has begun; the channel has to be closed when nobody wants it any more. */
        void opened(Channel channel);

        /** The connection is there. */
        void connected(Channel channel);

        /** No address could be connected to. */
        void failed(String reason);
    }

    /** Connects, unless the caller is over before. Everything is told on the loop. */
    void dial(Peer peer, Caller caller) {
        names.resolve(peer.host(), addresses -> attempt(peer, addresses, 0, caller));
    }

    /** Finds where datagrams are to go; the list is empty if nobody knows. */
    void find(Peer peer, Consumer<List<InetAddress>> found) {
        names.resolve(peer.host(), found);
    }

    /** For a channel that datagrams go through. */
    Bootstrap datagrams() {
        return new Bootstrap().group(loop).channel(transport.datagram());
    }

    private void attempt(Peer peer, List<InetAddress> addresses, int index, Caller caller) {
        if (caller.isOver()) {
            return;
        }
        if (addresses.isEmpty()) {
            caller.failed("dial tcp: " + Fault.noSuchHost(peer.host()));
            return;
        }
        InetAddress address = addresses.get(index);
        ChannelFuture connecting = connect(new InetSocketAddress(address, peer.port()), caller);
        Consumer<Throwable> failed =
                cause -> {
                    if (index + 1 < addresses.size()) {
                        attempt(peer, addresses, index + 1, caller);
                    } else if (!caller.isOver()) {
                        Peer tried = new Peer(address.getHostAddress(), peer.port());
                        caller.failed(Fault.dialing(tried, Fault.text(cause)));
                    }
                };
        if (isStillborn(connecting)) {
            failed.accept(connecting.cause());
            return;
        }
        caller.opened(connecting.channel());
        connecting.addListener(
                _ -> {
                    if (connecting.isSuccess()) {
                        caller.connected(connecting.channel());
                    } else {
                        failed.accept(connecting.cause());
                    }
                });
    }

    /**
     * Whether there never was a channel, as when the system has no more descriptors. What Netty
     * gives then cannot be closed, and would tell its listeners on another thread.
     */
    static boolean isStillborn(ChannelFuture connecting) {
        return connecting.isDone() && !connecting.isSuccess();
    }

    private ChannelFuture connect(InetSocketAddress address, Caller caller) {
        return new Bootstrap()
                .group(loop)
                .channel(transport.tcpClient())
                .disableResolver()
                // The check has a timeout of its own.
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .handler(caller.handler())
                .connect(address);
    }
}
