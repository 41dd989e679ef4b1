package dev.millrace.registry.dns;

import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.log.Log;
import dev.millrace.registry.dns.wire.Encoder;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Questions that come by TCP, each behind its length (RFC 7766): any number of them on one
 * connection, answered in their order. While one waits for other servers, and while the client does
 * not take its answers, nothing more is read.
 *
 * <p>From the last whole question, or the connection's begin, there is so much time for the next
 * one: who is silent, and who sends a byte now and then, is closed alike.
 */
final class TcpHandler extends ChannelInboundHandlerAdapter {
    private static final int LENGTH_BYTES = 2;

    private final Responder responder;
    private final Log log;
    private final long idleNanos;
    private final InetAddress client;
    private final byte[] message = new byte[1 << 10];
    private @Nullable ByteBuf in;
    private @Nullable Future<?> idle;
    private long heardNanos;
    private boolean taking;
    private boolean waiting;
    private boolean ended;

    TcpHandler(Responder responder, Log log, long idleNanos, Channel channel) {
        this.responder = responder;
        this.log = log;
        this.idleNanos = idleNanos;
        this.client =
                channel.remoteAddress() instanceof InetSocketAddress tcp
                        ? tcp.getAddress()
                        : InetAddress.getLoopbackAddress();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        heardNanos = System.nanoTime();
        expire(context, idleNanos);
    }

    private void expire(ChannelHandlerContext context, long nanos) {
        idle = context.executor().schedule(() -> closeIfIdle(context), nanos, TimeUnit.NANOSECONDS);
    }

    private void closeIfIdle(ChannelHandlerContext context) {
        long left = idleNanos - (System.nanoTime() - heardNanos);
        if (waiting) {
            expire(context, idleNanos);
        } else if (left > 0) {
            expire(context, left);
        } else {
            context.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        ByteBuf before = in;
        in =
                before == null
                        ? (ByteBuf) read
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                context.alloc(), before, (ByteBuf) read);
        take(context);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        take(context);
        context.flush();
        context.fireChannelWritabilityChanged();
    }

    /** Answers what is whole, and reads on if there is nothing to wait for. */
    private void take(ChannelHandlerContext context) {
        // A write that fills the buffer tells of that before it returns, and comes here again.
        if (taking) {
            return;
        }
        taking = true;
        answerWhole(context);
        taking = false;
        if (!ended) {
            context.channel().config().setAutoRead(!waiting && context.channel().isWritable());
        }
    }

    private void answerWhole(ChannelHandlerContext context) {
        ByteBuf bytes = in;
        if (bytes == null) {
            return;
        }
        while (!waiting && !ended && context.channel().isWritable() && isWhole(bytes)) {
            int length = bytes.readUnsignedShort();
            byte[] whole = length <= message.length ? message : new byte[length];
            bytes.readBytes(whole, 0, length);
            answer(context, whole, length);
        }
        if (!ended && !bytes.isReadable()) {
            bytes.release();
            in = null;
        }
    }

    private static boolean isWhole(ByteBuf bytes) {
        return bytes.readableBytes() >= LENGTH_BYTES
                && bytes.readableBytes() - LENGTH_BYTES
                        >= bytes.getUnsignedShort(bytes.readerIndex());
    }

    private void answer(ChannelHandlerContext context, byte[] whole, int length) {
        heardNanos = System.nanoTime();
        Guard.firstRequestDone(context.channel());
        switch (responder.respond(whole, length, client, true)) {
            case REPLY -> write(context, responder.out());
            case NOTHING -> {}
            case LATER -> {
                waiting = true;
                responder.later(
                        out -> {
                            waiting = false;
                            write(context, out);
                            take(context);
                            context.flush();
                        });
            }
        }
    }

    private void write(ChannelHandlerContext context, Encoder out) {
        if (ended) {
            return;
        }
        ByteBuf bytes = context.alloc().directBuffer(LENGTH_BYTES + out.length());
        bytes.writeShort(out.length());
        bytes.writeBytes(out.array(), 0, out.length());
        context.write(bytes, context.voidPromise());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended = true;
        Future<?> timer = idle;
        if (timer != null) {
            timer.cancel(false);
        }
        ByteBuf bytes = in;
        if (bytes != null) {
            bytes.release();
            in = null;
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("a DNS connection ends", "cause", cause);
        context.close();
    }
}
