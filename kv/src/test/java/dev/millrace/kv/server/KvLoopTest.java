package dev.millrace.kv.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.kernel.journal.FakeDisk;
import dev.millrace.kernel.journal.SegmentJournal;
import dev.millrace.kernel.log.Log;
import dev.millrace.kernel.metrics.Metrics;
import dev.millrace.kernel.room.FailStop;
import dev.millrace.kv.command.CommandTable;
import dev.millrace.kv.session.KvServer;
import dev.millrace.kv.session.LaneLoop;
import dev.millrace.kv.store.Stripes;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.ReferenceCountUtil;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Clock;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

class KvLoopTest {
    /** Empty ones: without a turn between two they are over long before a socket is looked at. */
    private static final int SLICES_MAX = 1000;

    private final CountDownLatch connected = new CountDownLatch(1);
    private final AtomicBoolean served = new AtomicBoolean();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    @Test
    void work_in_slices_lets_sockets_be_served_between_two_of_them() throws Exception {
        serveBetween(LaneLoop::nextTurn);
    }

    @Test
    void work_in_slices_at_a_pace_does_as_well() throws Exception {
        serveBetween(LaneLoop::nextSlice);
    }

    private void serveBetween(BiConsumer<LaneLoop, Runnable> next) throws Exception {
        MultiThreadIoEventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (SegmentJournal journal = journal()) {
            LaneLoop loop = loop((SingleThreadEventLoop) group.next(), journal);
            Channel listening = listen(group);
            InetSocketAddress address = (InetSocketAddress) listening.localAddress();
            try (Socket client = new Socket(address.getAddress(), address.getPort())) {
                assertTrue(connected.await(10, TimeUnit.SECONDS));
                loop.execute(
                        () -> {
                            send(client);
                            slice(loop, next, 0);
                        });
                assertTrue(ended.get(10, TimeUnit.SECONDS), "served after " + SLICES_MAX);
            }
        } finally {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }

    private void slice(LaneLoop loop, BiConsumer<LaneLoop, Runnable> next, int number) {
        if (served.get() || number == SLICES_MAX) {
            ended.complete(served.get());
        } else {
            next.accept(loop, () -> slice(loop, next, number + 1));
        }
    }

    private static void send(Socket client) {
        try {
            client.getOutputStream().write(1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Channel listen(MultiThreadIoEventLoopGroup group) throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new Noting())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
    }

    private static SegmentJournal journal() throws IOException {
        SegmentJournal.Options small =
                new SegmentJournal.Options(SegmentJournal.SEGMENT_BYTES_MIN, 1);
        return SegmentJournal.open(new FakeDisk(), small, 0, 1_000_000, new Random(1));
    }

    private static LaneLoop loop(SingleThreadEventLoop loop, SegmentJournal journal) {
        FailStop never =
                (what, cause) -> {
                    throw new AssertionError(what, cause);
                };
        KvServer server =
                new KvServer(
                        new Stripes(1),
                        journal,
                        false,
                        new CommandTable(Commands.all()),
                        Clock.systemUTC());
        return new KvLoop(loop, server, Log.silent(), never, new Slices(new Metrics()));
    }

    private final class Noting extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            connected.countDown();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            served.set(true);
            ReferenceCountUtil.release(message);
        }
    }
}
