package dev.millrace.kernel.guard;

import dev.millrace.kernel.config.Setting;
import dev.millrace.kernel.config.Settings;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Who may connect, and for how long without asking anything. One guard stands before every
 * protocol.
 *
 * <p>It is the first handler of the <em>listening</em> channel, not of each connection: there it
 * meets a connection before that is registered with an event loop, so a flood of unwanted ones
 * costs an accept and a close each, and an admitted one pays nothing per read. The one exception is
 * a connection that is to be told why it is refused: it is registered, told, closed.
 *
 * <p>Any thread may call it.
 */
public final class Guard {
    /** {@code guard.connections.max}. */
    public static final Setting<Long> CONNECTIONS_MAX =
            Setting.count("guard.connections.max", 10_000, 1, 1_000_000, "open connections in all");

    /** {@code guard.connections.per-address}. */
    public static final Setting<Long> CONNECTIONS_PER_ADDRESS =
            Setting.count(
                    "guard.connections.per-address",
                    10_000,
                    1,
                    1_000_000,
                    "open connections of one address");

    private static final AttributeKey<Boolean> TOLD_TO_GO =
            AttributeKey.valueOf(Guard.class, "toldToGo");
    private static final AttributeKey<Future<?>> FIRST_REQUEST =
            AttributeKey.valueOf(Guard.class, "firstRequest");

    private final AtomicInteger connections = new AtomicInteger();
    private final Map<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
    private final Map<Refusal, LongAdder> refusals = new EnumMap<>(Refusal.class);
    private final DenyList denyList;
    private volatile int connectionsMax;
    private volatile int perAddressMax;

    /** A guard with the limits of {@code guard.*}. */
    public Guard(Settings settings, DenyList denyList) {
        this.denyList = denyList;
        this.connectionsMax = Math.toIntExact(settings.get(CONNECTIONS_MAX));
        this.perAddressMax = Math.toIntExact(settings.get(CONNECTIONS_PER_ADDRESS));
        for (Refusal reason : Refusal.values()) {
            refusals.put(reason, new LongAdder());
        }
    }

    /** Every setting that a guard reads. */
    public static List<Setting<?>> settings() {
        return List.of(CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS);
    }

    /** Addresses that may not connect. */
    public DenyList denyList() {
        return denyList;
    }

    /** How many connections are open, over all listeners. */
    public int connections() {
        return connections.get();
    }

    /** How many connections may be open, over all listeners. */
    public int connectionsMax() {
        return connectionsMax;
    }

    /** Moves the limit; who is in stays. */
    public void connectionsMax(int most) {
        connectionsMax = most;
    }

    /** How many were turned away or dropped for one reason. */
    public long refusals(Refusal reason) {
        return counter(reason).sum();
    }

    /** Counts one that a protocol handler dropped. */
    void dropped(Refusal reason) {
        counter(reason).increment();
    }

    /** The first handler of a listening channel. */
    public ChannelHandler door(GuardPolicy policy) {
        return new Door(policy);
    }

    /**
     * The first handler of a channel that datagrams come to: those of denied addresses end here.
     */
    public ChannelHandler datagramDoor() {
        return new DatagramDoor();
    }

    /**
     * First thing on a connection's own event loop.
     *
     * @return whether it may go on; if not it is being told so, and closed
     */
    public boolean welcome(Channel connection, GuardPolicy policy) {
        if (connection.hasAttr(TOLD_TO_GO)) {
            connection
                    .writeAndFlush(ByteBufUtil.writeUtf8(connection.alloc(), policy.refusal()))
                    .addListener(ChannelFutureListener.CLOSE);
            return false;
        }
        Duration deadline = policy.firstRequest();
        if (deadline.isPositive()) {
            Future<?> overdue =
                    connection
                            .eventLoop()
                            .schedule(
                                    () -> {
                                        dropped(Refusal.FIRST_REQUEST);
                                        connection.close();
                                    },
                                    deadline.toNanos(),
                                    TimeUnit.NANOSECONDS);
            connection.attr(FIRST_REQUEST).set(overdue);
            connection.closeFuture().addListener(closed -> firstRequestDone(connection));
        }
        return true;
    }

    /** A protocol handler says that a complete request has come; the deadline is off. */
    public static void firstRequestDone(Channel connection) {
        if (connection.hasAttr(FIRST_REQUEST)) {
            Future<?> overdue = connection.attr(FIRST_REQUEST).getAndSet(null);
            if (overdue != null) {
                overdue.cancel(false);
            }
        }
    }

    private Optional<Refusal> admit(Optional<InetAddress> address) {
        if (address.map(denyList::denies).orElse(false)) {
            return Optional.of(Refusal.DENIED);
        }
        if (connections.incrementAndGet() > connectionsMax) {
            connections.decrementAndGet();
            return Optional.of(Refusal.CONNECTIONS_MAX);
        }
        boolean tooMany =
                address.map(known -> byAddress.merge(known, 1, Integer::sum) > perAddressMax)
                        .orElse(false);
        if (tooMany) {
            leave(address);
            return Optional.of(Refusal.PER_ADDRESS);
        }
        return Optional.empty();
    }

    // A null from computeIfPresent's function removes the entry.
    private void leave(Optional<InetAddress> address) {
        connections.decrementAndGet();
        address.ifPresent(
                known ->
                        byAddress.computeIfPresent(
                                known, (same, count) -> count == 1 ? null : count - 1));
    }

    private LongAdder counter(Refusal reason) {
        return Objects.requireNonNull(refusals.get(reason));
    }

    private static Optional<InetAddress> addressOf(SocketAddress remote) {
        return remote instanceof InetSocketAddress tcp
                ? Optional.ofNullable(tcp.getAddress())
                : Optional.empty();
    }

    /** What it reads are connections, not yet registered with an event loop. */
    private final class Door extends ChannelInboundHandlerAdapter {
        private final GuardPolicy policy;

        Door(GuardPolicy policy) {
            this.policy = policy;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Channel connection = (Channel) message;
            Optional<InetAddress> address = addressOf(connection.remoteAddress());
            Optional<Refusal> refusal = admit(address);
            if (refusal.isEmpty()) {
                connection.closeFuture().addListener(closed -> leave(address));
                context.fireChannelRead(connection);
                return;
            }
            dropped(refusal.get());
            boolean told = refusal.get() == Refusal.CONNECTIONS_MAX && !policy.refusal().isEmpty();
            if (told) {
                connection.attr(TOLD_TO_GO).set(true);
                context.fireChannelRead(connection);
            } else {
                connection.unsafe().closeForcibly();
            }
        }
    }

    /** Senders of datagrams have no connection, so only the deny list can turn one away. */
    private final class DatagramDoor extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            // Nearly always nobody is denied, and each datagram passes here.
            if (denyList.size() > 0
                    && message instanceof DatagramPacket datagram
                    && denyList.denies(datagram.sender().getAddress())) {
                dropped(Refusal.DENIED);
                datagram.release();
                return;
            }
            context.fireChannelRead(message);
        }
    }
}
