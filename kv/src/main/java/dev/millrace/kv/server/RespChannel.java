package dev.millrace.kv.server;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kernel.net.Transport;
import dev.millrace.kv.session.Outlet;
import dev.millrace.kv.session.Session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.internal.PlatformDependent;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * A client's socket: hands received bytes to the lane, and holds replies back until what they
 * depend on is durable.
 */
final class RespChannel extends ChannelInboundHandlerAdapter implements Outlet, ReplyHolder {
    private static final String FULL = "-ERR max number of clients reached\r\n";

    /** Who will send nothing more has so long to read its last replies. */
    private static final long LAST_REPLIES_MILLIS = 10_000;

    private final KvLoop loop;
    private final Journal journal;
    private final Channel channel;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private @Nullable Session session;

    /** Others read it, a little stale. */
    private long heldBytes;

    private boolean refused;

    /** The lane wants nothing of this client now. */
    private boolean paused;

    /** It wrote while space runs short. */
    private boolean pushedBack;

    private boolean closeWhenReleased;
    private boolean gone;
    private boolean ending;

    /** A reply that must wait for a position. */
    private record Held(ByteBuf bytes, long position) {}

    RespChannel(KvLoop loop, Journal journal, Channel channel) {
        this.loop = loop;
        this.journal = journal;
        this.channel = channel;
    }

    private Session session() {
        Session open = session;
        if (open == null) {
            open = loop.lane().open(this);
            session = open;
        }
        return open;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!loop.lane().server().admitsClient()) {
            refused = true;
            channel.config().setAutoRead(false);
            context.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), FULL))
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        session();
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (refused) {
            bytes.release();
            return;
        }
        try {
            if (loop.isServing()) {
                receiveWhileBusy(bytes);
                return;
            }
            if (loop.isEnding()) {
                return;
            }
            loop.reading(true);
            NativeBuffer input = loop.input();
            ByteBuffer view = loop.inputView();
            long changes = loop.lane().effects().changes();
            while (bytes.isReadable()) {
                int count = Math.min(bytes.readableBytes(), view.capacity());
                view.position(0).limit(count);
                bytes.readBytes(view);
                loop.lane().receive(session(), input.address(), count);
            }
            if (loop.lane().effects().changes() != changes) {
                pushBack();
            }
        } finally {
            loop.reading(false);
            bytes.release();
        }
    }

    /** The loop is inside a script, and everything of the lane's is in use. */
    private void receiveWhileBusy(ByteBuf bytes) {
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.readBytes(copy);
        loop.lane().receiveWhileBusy(session(), copy);
    }

    /** Space may run short: who writes is then read from more slowly. */
    private void pushBack() {
        long millis = journal.pushBackMillis();
        if (millis > 0 && !pushedBack) {
            pushedBack = true;
            read();
            loop.schedule(
                    () -> {
                        pushedBack = false;
                        read();
                    },
                    millis);
        }
    }

    /** Reads on, or not. */
    private void read() {
        if (channel.isOpen()) {
            channel.config().setAutoRead(!paused && !pushedBack && !ending);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        channel.flush();
    }

    /**
     * The client has closed its end. Netty would close ours and tell of it when that is done, some
     * turns later; what others ask until then, how many listen to a channel, would count who is
     * gone. So it is gone at once, as it is with Redis.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            answerAndClose();
        }
        context.fireUserEventTriggered(event);
    }

    /** It may still read: {@code printf 'PING\r\n' | nc} does. */
    private void answerAndClose() {
        if (goesOnInTask()) {
            loop.execute(this::answerAndClose);
            return;
        }
        gone();
        if (pendingBytes() == 0) {
            channel.close();
        } else {
            closeAfterWrites();
            loop.schedule(channel::close, LAST_REPLIES_MILLIS);
        }
    }

    /** What it has sent is done, whether or not it waits for the answer. */
    private void gone() {
        if (goesOnInTask()) {
            loop.execute(this::gone);
            return;
        }
        Session open = session;
        if (open != null && !gone) {
            gone = true;
            loop.closed(open);
        }
    }

    private boolean goesOnInTask() {
        Session open = session;
        return open != null && !gone && loop.lane().goesOnInTask(open);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        gone();
        while (!held.isEmpty()) {
            held.remove().bytes.release();
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            gone(); // It has reset its connection.
        } else {
            loop.fault(cause);
        }
        channel.close();
    }

    // ---- Outlet

    @Override
    public void write(long address, long bytes, long dependsOn) {
        int count = Math.toIntExact(bytes);
        ByteBuf copy = channel.alloc().directBuffer(count);
        copy.writeBytes(loop.view(address, count));
        if (held.isEmpty() && dependsOn <= journal.durable()) {
            channel.write(copy, channel.voidPromise());
        } else {
            if (held.isEmpty()) {
                loop.waitForDurable(this);
            }
            held.add(new Held(copy, dependsOn));
            heldBytes += count;
        }
    }

    @Override
    public boolean release(long durable) {
        boolean any = false;
        while (!held.isEmpty() && held.element().position <= durable) {
            ByteBuf bytes = held.remove().bytes;
            heldBytes -= bytes.readableBytes();
            channel.write(bytes, channel.voidPromise());
            any = true;
        }
        if (any) {
            channel.flush();
        }
        if (held.isEmpty() && closeWhenReleased) {
            closeAfterWrites();
        }
        return !held.isEmpty();
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void pause() {
        paused = true;
        read();
    }

    @Override
    public void resume() {
        paused = false;
        read();
    }

    @Override
    public void closeAfterWrites() {
        if (!held.isEmpty()) {
            closeWhenReleased = true;
            return;
        }
        ending = true;
        read();
        if (channel.isActive()) {
            Transport.cork(channel);
        }
        ChannelFuture written = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        if (written.isDone()) {
            loop.executeWhileBusy(this::end); // The lane is at work.
        } else {
            written.addListener(_ -> end());
        }
    }

    /**
     * The end of the output leaves with the last reply, where Netty would first take back what
     * io_uring still reads, some turns of the loop. A pool of connections looks right after QUIT's
     * reply whether its connection has ended, and uses it again if it has not. Nor is the client
     * counted any more by then: not as a subscriber, not in CLIENT LIST.
     */
    private void end() {
        gone();
        if (channel instanceof DuplexChannel duplex && duplex.isActive()) {
            duplex.shutdownOutput();
        }
        channel.close();
    }

    @Override
    public void close() {
        channel.close();
        loop.lane().tell(this::gone);
    }

    /** A client's end of a Unix domain socket has no name of its own: it goes by the server's. */
    private static String text(@Nullable SocketAddress address, @Nullable SocketAddress local) {
        if (address instanceof InetSocketAddress tcp) {
            String host = tcp.getAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + tcp.getPort();
        }
        return switch (local) {
            case DomainSocketAddress path -> path.path() + ":0";
            case UnixDomainSocketAddress path -> path.getPath() + ":0";
            case null, default -> "";
        };
    }

    @Override
    public String peer() {
        return text(channel.remoteAddress(), channel.localAddress());
    }

    @Override
    public String local() {
        return text(channel.localAddress(), channel.localAddress());
    }

    /** Copies of replies are in Netty's memory, of which there is so much. */
    @Override
    public long roomBytes() {
        return PlatformDependent.maxDirectMemory()
                - Math.max(PlatformDependent.usedDirectMemory(), 0);
    }

    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        return heldBytes + (outbound == null ? 0 : outbound.totalPendingWriteBytes());
    }
}
