package dev.millrace.bench.checks;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.net.Transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The process that is checked: it answers whatever it is sent with the same {@code 200 OK}, and
 * hangs up. It says its port, then ends when nobody holds its standard input any more.
 */
public final class CannedPeer {
    private static final ByteBuf RESPONSE =
            Unpooled.unreleasableBuffer(
                    Unpooled.copiedBuffer(
                            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
                                    + "Connection: close\r\n\r\nok",
                            StandardCharsets.US_ASCII));

    private CannedPeer() {}

    /** Listens at a free port of 127.0.0.1. */
    public static void main(String[] words) throws IOException, BadSettings {
        AtomicLong asked = new AtomicLong();
        InetSocketAddress address =
                (InetSocketAddress)
                        new ServerBootstrap()
                                .group(Transport.of(Transport.Choice.EPOLL).loops("peer", 1))
                                .channel(EpollServerSocketChannel.class)
                                .option(ChannelOption.SO_BACKLOG, 4_096)
                                .childHandler(new Answering(asked))
                                .bind("127.0.0.1", 0)
                                .syncUninterruptibly()
                                .channel()
                                .localAddress();
        System.out.println(address.getPort());
        while (System.in.read() == '?') {
            System.out.println(asked.get());
        }
        Runtime.getRuntime().halt(0);
    }

    @Sharable
    private static final class Answering extends ChannelInboundHandlerAdapter {
        private final AtomicLong asked;

        Answering(AtomicLong asked) {
            this.asked = asked;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object request) {
            ((ByteBuf) request).release();
            asked.incrementAndGet();
            context.writeAndFlush(RESPONSE.duplicate()).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
