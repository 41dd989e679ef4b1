package dev.millrace.kernel.net;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.config.Setting;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * How this process asks the operating system for its sockets' bytes: {@code io_uring} (a proactor)
 * where the kernel has it, else {@code epoll} (a reactor), else {@code nio}. A transport names the
 * channel classes that go with its event loops; mixing them is what Netty refuses at run time.
 */
public enum Transport {
    /** Linux 5.10 and later, where not forbidden (many container runtimes do). */
    IO_URING {
        @Override
        Optional<String> missing() {
            return IoUring.isAvailable() ? Optional.empty() : why(IoUring.unavailabilityCause());
        }

        @Override
        IoHandlerFactory handlers() {
            // Never setSingleIssuer(false): it cost 84 % more CPU per operation.
            return IoUringIoHandler.newFactory(new IoUringIoHandlerConfig());
        }

        @Override
        Class<? extends ServerChannel> tcpServer() {
            return IoUringServerSocketChannel.class;
        }

        @Override
        public Class<? extends SocketChannel> tcpClient() {
            return IoUringSocketChannel.class;
        }

        @Override
        public Class<? extends DatagramChannel> datagram() {
            return IoUringDatagramChannel.class;
        }

        @Override
        DatagramChannel newDatagram(boolean ipv4) {
            return ipv4
                    ? new IoUringDatagramChannel(SocketProtocolFamily.INET)
                    : new IoUringDatagramChannel();
        }

        @Override
        Class<? extends ServerChannel> unixServer() {
            return IoUringServerDomainSocketChannel.class;
        }

        @Override
        Optional<ChannelOption<Integer>> datagramBytesMax() {
            return Optional.of(IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE);
        }
    },

    /** Any Linux. */
    EPOLL {
        @Override
        Optional<String> missing() {
            return Epoll.isAvailable() ? Optional.empty() : why(Epoll.unavailabilityCause());
        }

        @Override
        IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> tcpServer() {
            return EpollServerSocketChannel.class;
        }

        @Override
        public Class<? extends SocketChannel> tcpClient() {
            return EpollSocketChannel.class;
        }

        @Override
        public Class<? extends DatagramChannel> datagram() {
            return EpollDatagramChannel.class;
        }

        @Override
        DatagramChannel newDatagram(boolean ipv4) {
            return ipv4
                    ? new EpollDatagramChannel(SocketProtocolFamily.INET)
                    : new EpollDatagramChannel();
        }

        @Override
        Class<? extends ServerChannel> unixServer() {
            return EpollServerDomainSocketChannel.class;
        }

        @Override
        Optional<ChannelOption<Integer>> datagramBytesMax() {
            return Optional.of(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE);
        }
    },

    /** Wherever Java runs. */
    NIO {
        @Override
        Optional<String> missing() {
            return Optional.empty();
        }

        @Override
        IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> tcpServer() {
            return NioServerSocketChannel.class;
        }

        @Override
        public Class<? extends SocketChannel> tcpClient() {
            return NioSocketChannel.class;
        }

        @Override
        public Class<? extends DatagramChannel> datagram() {
            return NioDatagramChannel.class;
        }

        @Override
        DatagramChannel newDatagram(boolean ipv4) {
            return ipv4
                    ? new NioDatagramChannel(SocketProtocolFamily.INET)
                    : new NioDatagramChannel();
        }

        @Override
        Class<? extends ServerChannel> unixServer() {
            return NioServerDomainSocketChannel.class;
        }

        @Override
        SocketAddress unixAddress(Path path) {
            return UnixDomainSocketAddress.of(path);
        }
    };

    /** What the operator wants. */
    public enum Choice {
        /** The first that is available. */
        AUTO,
        /** {@link Transport#IO_URING} or nothing. */
        IO_URING,
        /** {@link Transport#EPOLL} or nothing. */
        EPOLL,
        /** {@link Transport#NIO}. */
        NIO
    }

    /** {@code net.transport}. */
    public static final Setting<Choice> CHOICE =
            Setting.choice("net.transport", Choice.AUTO, "how bytes reach the process");

    /**
     * The transport that a choice means on this machine.
     *
     * @throws BadSettings when the choice is not to be had here
     */
    public static Transport of(Choice choice) throws BadSettings {
        return switch (choice) {
            case AUTO -> firstAvailable();
            case IO_URING -> available(IO_URING);
            case EPOLL -> available(EPOLL);
            case NIO -> NIO;
        };
    }

    /**
     * The transport for many small datagrams. Where the operator has no wish it is {@code epoll}:
     * one call (recvmmsg, sendmmsg) takes or sends a batch, for which io_uring needs an operation
     * each, and 15 % more CPU for a DNS question (bench: {@code dns-a}).
     *
     * @throws BadSettings as {@link #of}
     */
    static Transport forDatagrams(Choice choice) throws BadSettings {
        return choice == Choice.AUTO && EPOLL.missing().isEmpty() ? EPOLL : of(choice);
    }

    /** Event loops, one thread each, named {@code name-1-1} and so on. */
    public MultiThreadIoEventLoopGroup loops(String name, int count) {
        return new ServingLoops(count, new DeepThreads(name), handlers());
    }

    /** Makes {@link ServingLoop}s. */
    private static final class ServingLoops extends MultiThreadIoEventLoopGroup {
        ServingLoops(int count, ThreadFactory threads, IoHandlerFactory handlers) {
            super(count, threads, handlers);
        }

        @Override
        protected IoEventLoop newChild(
                Executor executor, IoHandlerFactory handlers, Object... unused) {
            return new ServingLoop(this, executor, handlers);
        }
    }

    /**
     * Threads with a stack that native code which calls itself may need; of it only what is used
     * takes memory.
     */
    private static final class DeepThreads extends DefaultThreadFactory {
        private static final long STACK_BYTES = 16 << 20;

        DeepThreads(String name) {
            super(name);
        }

        @Override
        protected Thread newThread(Runnable task, String name) {
            return new FastThreadLocalThread(threadGroup, task, name, STACK_BYTES);
        }
    }

    /**
     * From here on what goes out of a channel waits, a fifth of a second at most, until its output
     * is ended, and the last bytes leave in one packet with the end. Where there is no such thing,
     * as of a Unix domain socket or with {@link #NIO}, nothing changes, and the end comes some
     * microseconds behind the last bytes.
     */
    public static void cork(Channel channel) {
        channel.config().setOption(IoUringChannelOption.TCP_CORK, true);
        channel.config().setOption(EpollChannelOption.TCP_CORK, true);
    }

    /** What goes out by TCP. */
    public abstract Class<? extends SocketChannel> tcpClient();

    /** What UDP goes through, in and out. */
    public abstract Class<? extends DatagramChannel> datagram();

    /** Why this transport cannot be had here, or nothing when it can. */
    abstract Optional<String> missing();

    abstract IoHandlerFactory handlers();

    abstract Class<? extends ServerChannel> tcpServer();

    abstract Class<? extends ServerChannel> unixServer();

    /**
     * A socket of the class that {@link #datagram} names. If it is for IPv4 alone the kernel need
     * not turn every address into one of IPv6 and back.
     */
    abstract DatagramChannel newDatagram(boolean ipv4);

    /**
     * What says how long a datagram may be, where one call receives several into one buffer;
     * nothing where each is received alone.
     */
    Optional<ChannelOption<Integer>> datagramBytesMax() {
        return Optional.empty();
    }

    SocketAddress unixAddress(Path path) {
        return new DomainSocketAddress(path.toFile());
    }

    private static Transport firstAvailable() {
        for (Transport transport : values()) {
            if (transport.missing().isEmpty()) {
                return transport;
            }
        }
        return NIO;
    }

    private static Transport available(Transport transport) throws BadSettings {
        Optional<String> missing = transport.missing();
        if (missing.isPresent()) {
            String name = transport.name().toLowerCase(Locale.ROOT);
            throw BadSettings.of(
                    CHOICE, name + ", not available here: " + missing.get(), "auto, epoll or nio");
        }
        return transport;
    }

    private static Optional<String> why(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return Optional.of(String.valueOf(root.getMessage()));
    }
}
