package dev.millrace.kv.server;

import dev.millrace.kernel.journal.Journal;
import dev.millrace.kernel.memory.NativeBuffer;
import dev.millrace.kv.session.Outlet;
import dev.millrace.kv.session.Session;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket: hands received bytes to the lane, and holds replies back until what they depend
 * on is durable.
 */
final class RespChannel extends ChannelInboundHandlerAdapter implements Outlet {
    private final KvLoop loop;
    private final Journal journal;
    private final Channel channel;
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private @Nullable Session session;
    private boolean closeWhenReleased;

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
        session();
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            NativeBuffer input = loop.input();
            ByteBuffer view = loop.inputView();
            while (bytes.isReadable()) {
                int count = Math.min(bytes.readableBytes(), view.capacity());
                view.position(0).limit(count);
                bytes.readBytes(view);
                loop.lane().receive(session(), input.address(), count);
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        channel.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Session open = session;
        if (open != null) {
            loop.lane().closed(open);
        }
        while (!held.isEmpty()) {
            held.remove().bytes.release();
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
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
        }
    }

    /** Lets go what is durable now; true if some is not. On the loop. */
    boolean release(long durable) {
        boolean any = false;
        while (!held.isEmpty() && held.element().position <= durable) {
            channel.write(held.remove().bytes, channel.voidPromise());
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
        channel.config().setAutoRead(false);
    }

    @Override
    public void resume() {
        channel.config().setAutoRead(true);
    }

    @Override
    public void closeAfterWrites() {
        if (!held.isEmpty()) {
            closeWhenReleased = true;
            return;
        }
        channel.config().setAutoRead(false);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void close() {
        channel.close();
    }

    private static String text(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress tcp) {
            String host = tcp.getAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + tcp.getPort();
        }
        return address == null ? "" : address.toString();
    }

    @Override
    public String peer() {
        return text(channel.remoteAddress());
    }

    @Override
    public String local() {
        return text(channel.localAddress());
    }

    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        long pending = outbound == null ? 0 : outbound.totalPendingWriteBytes();
        for (Held reply : held) {
            pending += reply.bytes.readableBytes();
        }
        return pending;
    }
}
