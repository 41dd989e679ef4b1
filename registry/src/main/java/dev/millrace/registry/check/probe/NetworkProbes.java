package dev.millrace.registry.check.probe;

import dev.millrace.kernel.net.Transport;
import dev.millrace.registry.check.CheckKind;
import dev.millrace.registry.check.Probe;
import dev.millrace.registry.check.Probes;

import io.netty.channel.EventLoop;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks over the network, on one event loop; only host names are looked up on other threads. */
public final class NetworkProbes implements Probes, AutoCloseable {
    /** Names that are looked up at the same time; each may take seconds. */
    private static final int LOOKUPS_MAX = 8;

    private static final int LOOKUPS_WAITING_MAX = 10_000;
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor lookups = lookups();
    private final Conversation.Place place;

    /**
     * @param loop of that transport; the runner's schedule is its, too
     * @param authorities PEM certificates of those whose TLS certificates are trusted; empty: whom
     *     the JDK trusts
     */
    public NetworkProbes(EventLoop loop, Transport transport, Optional<Path> authorities) {
        HostNames names = new HostNames(loop, lookups, InetAddress::getAllByName);
        this.place =
                new Conversation.Place(
                        new Dialer(loop, transport, names), new TlsClients(authorities));
    }

    private static ThreadPoolExecutor lookups() {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        LOOKUPS_MAX,
                        LOOKUPS_MAX,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(LOOKUPS_WAITING_MAX),
                        Thread.ofPlatform().daemon().name("check-names-", 1).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public Probe probe(CheckKind kind, int outputBytesMax) {
        return switch (kind) {
            case CheckKind.Http http -> HttpProbe.of(place, http, outputBytesMax);
            case CheckKind.Tcp tcp ->
                    named(
                            tcp.address(),
                            "dial tcp: ",
                            peer -> answer -> new TcpConversation(place, tcp, peer, answer).dial());
            case CheckKind.Udp udp ->
                    named(
                            udp.address(),
                            "dial udp: ",
                            peer ->
                                    answer ->
                                            new UdpConversation(place.dialer(), udp, peer, answer)
                                                    .begin());
            case CheckKind.Grpc grpc ->
                    named(
                            HealthTarget.address(grpc.target()),
                            GrpcStatus.error(14, "dial tcp: "),
                            peer -> grpc(grpc, peer));
            case CheckKind.H2ping ping ->
                    named(
                            ping.address(),
                            "Failed to dial to " + ping.address() + ": dial tcp: ",
                            peer ->
                                    answer ->
                                            new H2pingConversation(place, ping, peer, answer)
                                                    .dial());
            case CheckKind.LocalProcess(long pid) -> new Settled(new ProcessLook(pid));
            case CheckKind.Ttl _, CheckKind.Alias _, CheckKind.None _ ->
                    throw new IllegalArgumentException("asks nobody: " + kind);
        };
    }

    private Probe grpc(CheckKind.Grpc grpc, Peer peer) {
        HealthTarget target = new HealthTarget(peer, HealthTarget.service(grpc.target()));
        return answer -> new GrpcConversation(place, grpc, target, answer).dial();
    }

    private static Probe named(String address, String failing, Function<Peer, Probe> probe) {
        return switch (Peer.parse(address)) {
            case Peer.Named(Peer peer) -> probe.apply(peer);
            case Peer.Malformed(String reason) -> Settled.critical(failing + reason);
        };
    }

    /** Looks up no more names. */
    @Override
    public void close() {
        lookups.shutdownNow();
    }
}
