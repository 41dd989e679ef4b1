package dev.millrace.registry.dns;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.guard.GuardPolicy;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.metrics.Metrics;
import dev.millrace.kernel.net.Endpoint;
import dev.millrace.kernel.net.Listener;
import dev.millrace.kernel.net.Network;
import dev.millrace.registry.dns.forward.Forwarder;
import dev.millrace.registry.dns.forward.Recursors;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The registry by DNS: UDP and TCP on {@code registry.dns.port}, on an event loop of its own, so
 * that a flood of questions takes nothing from HTTP but its processor.
 *
 * <p>{@link #start} and {@link #stop} are called from one thread, each once.
 */
public final class DnsServer {
    /** Answers to one batch of datagrams wait for its end; beyond this they are dropped. */
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(1 << 20, 2 << 20);

    private final Names names;
    private final DnsSettings settings;
    private final Log log;
    private final Metrics metrics;
    private final Network network;
    private final Counts counts = new Counts();
    private @Nullable Listener tcp;
    private @Nullable Listener udp;

    public DnsServer(Names names, DnsSettings settings, Log log, Metrics metrics, Network network) {
        this.names = names;
        this.settings = settings;
        this.log = log;
        this.metrics = metrics;
        this.network = network;
    }

    /**
     * Binds both ports and answers.
     *
     * @throws BadSettings when the port may not be seen where {@code net.bind} has it, or a
     *     resolver is no address, or this server itself
     * @throws IOException when the port is taken
     */
    public void start() throws BadSettings, IOException {
        Recursors recursors = recursors();
        EventLoopGroup group = network.datagramLoops("dns", 1);
        Forwarder forwarder =
                new Forwarder(
                        group.next(),
                        network.transport(group),
                        recursors,
                        settings.recursorTimeout());
        Responder responder =
                new Responder(
                        names,
                        settings,
                        forwarder,
                        counts,
                        Clock.systemUTC(),
                        new SplittableRandom());
        counts.declare(metrics);
        metrics.counter("registry.dns.forwarded", "DNS questions for others", forwarder::asked);
        metrics.counter(
                "registry.dns.unanswered", "those that no resolver answered", forwarder::failed);
        Listener streams =
                network.listen(
                        Endpoint.tcp(
                                "DNS over TCP",
                                DnsSettings.PORT,
                                GuardPolicy.firstRequestWithin(settings.tcpIdle())),
                        group,
                        channel -> acceptTcp(responder, channel));
        tcp = streams;
        udp =
                network.listenUdp(
                        "DNS",
                        streams,
                        group,
                        UdpHandler.DATAGRAM_BYTES_MAX,
                        channel -> acceptUdp(responder, channel));
        checkLoop(recursors, streams);
    }

    private Recursors recursors() throws BadSettings {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String text : settings.recursors()) {
            Optional<InetSocketAddress> address = Recursors.address(text);
            addresses.add(address.orElseThrow(() -> DnsSettings.badRecursor(text)));
        }
        return new Recursors(addresses, settings.shufflesRecursors());
    }

    private static void checkLoop(Recursors recursors, Listener listener) throws BadSettings {
        if (listener.bound() instanceof InetSocketAddress own) {
            Optional<InetSocketAddress> loop = recursors.loop(own);
            if (loop.isPresent()) {
                throw DnsSettings.badRecursor(loop.get() + ", this server itself");
            }
        }
    }

    private void acceptUdp(Responder responder, Channel channel) {
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        channel.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT);
        channel.pipeline().addLast(new UdpHandler(responder, counts, log));
    }

    private void acceptTcp(Responder responder, Channel channel) {
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        channel.pipeline()
                .addLast(new TcpHandler(responder, log, settings.tcpIdle().toNanos(), channel));
    }

    /** The port that both are bound to; 0 before {@link #start} and after {@link #stop}. */
    public int port() {
        Listener listener = tcp;
        return listener == null ? 0 : listener.port();
    }

    /** Answers no more. */
    public void stop() {
        close(udp);
        close(tcp);
    }

    private static void close(@Nullable Listener listener) {
        if (listener != null) {
            listener.close();
        }
    }
}
