package dev.millrace.registry.dns.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One question to one resolver on a socket of its own. What does not answer it is passed over; it
 * ends with the answer, with an error of the socket, or when its time is up, and tells of that
 * once.
 */
final class Exchange extends ChannelInboundHandlerAdapter {
    private static final int LENGTH_BYTES = 2;

    private final Question question;
    private final int id;
    private final boolean stream;
    private final Consumer<Optional<byte[]>> end;
    private final ByteBuf received = Unpooled.buffer(0);
    private @Nullable Channel channel;
    private @Nullable Future<?> expiry;
    private boolean ended;

    /**
     * @param stream by TCP, with each message behind its length
     * @param end the message that answers, or nothing
     */
    Exchange(Question question, int id, boolean stream, Consumer<Optional<byte[]>> end) {
        this.question = question;
        this.id = id;
        this.stream = stream;
        this.end = end;
    }

    void expireIn(EventLoop loop, long millis) {
        expiry = loop.schedule(this::fail, millis, TimeUnit.MILLISECONDS);
    }

    void fail() {
        end(Optional.empty());
    }

    private void end(Optional<byte[]> message) {
        if (ended) {
            return;
        }
        ended = true;
        Future<?> timer = expiry;
        if (timer != null) {
            timer.cancel(false);
        }
        Channel open = channel;
        if (open != null) {
            open.close();
        }
        end.accept(message);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        if (ended) {
            context.close();
            return;
        }
        byte[] message = question.message(id);
        ByteBuf out = context.alloc().buffer(LENGTH_BYTES + message.length);
        if (stream) {
            out.writeShort(message.length);
        }
        context.writeAndFlush(out.writeBytes(message));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        ByteBuf bytes =
                read instanceof DatagramPacket datagram ? datagram.content() : (ByteBuf) read;
        try {
            if (stream) {
                received.writeBytes(bytes);
                takeWhole();
            } else {
                take(ByteBufUtil.getBytes(bytes));
            }
        } finally {
            bytes.release();
        }
    }

    private void takeWhole() {
        while (!ended && received.readableBytes() >= LENGTH_BYTES) {
            int length = received.getUnsignedShort(received.readerIndex());
            if (received.readableBytes() < LENGTH_BYTES + length) {
                return;
            }
            byte[] message = new byte[length];
            received.skipBytes(LENGTH_BYTES).readBytes(message);
            take(message);
        }
    }

    private void take(byte[] message) {
        if (question.isAnsweredBy(message, id)) {
            end(Optional.of(message));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail();
    }

    /** Nobody listens there, or the connection broke. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail();
    }
}
