package dev.millrace.registry.dns;

import dev.millrace.kernel.log.Log;
import dev.millrace.registry.dns.wire.Encoder;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;

import java.net.InetSocketAddress;

/**
 * Questions that come as datagrams. What was received together is answered together: the transport
 * takes up to a batch of datagrams by one call, and sends as many answers by one.
 */
final class UdpHandler extends ChannelInboundHandlerAdapter {
    /** Of a question; what is longer is cut off, and malformed. */
    static final int DATAGRAM_BYTES_MAX = 2_048;

    private final Responder responder;
    private final Counts counts;
    private final Log log;
    private final byte[] message = new byte[DATAGRAM_BYTES_MAX];

    UdpHandler(Responder responder, Counts counts, Log log) {
        this.responder = responder;
        this.counts = counts;
        this.log = log;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        DatagramPacket datagram = (DatagramPacket) read;
        ByteBuf content = datagram.content();
        InetSocketAddress sender = datagram.sender();
        int length = Math.min(content.readableBytes(), message.length);
        content.getBytes(content.readerIndex(), message, 0, length);
        datagram.release();
        switch (responder.respond(message, length, sender.getAddress(), false)) {
            case REPLY -> write(context, responder.out(), sender);
            case NOTHING -> {}
            case LATER ->
                    responder.later(
                            out -> {
                                write(context, out, sender);
                                context.flush();
                            });
        }
    }

    /** Nobody waits for the room in a socket's buffer: who gets no answer asks again. */
    private void write(ChannelHandlerContext context, Encoder out, InetSocketAddress to) {
        if (!context.channel().isWritable()) {
            counts.unsent++;
            return;
        }
        ByteBuf bytes = context.alloc().directBuffer(out.length());
        bytes.writeBytes(out.array(), 0, out.length());
        context.write(new DatagramPacket(bytes, to), context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    /**
     * The socket is everybody's and stays. Whoever has found how to come here may do it at any
     * rate, so only the first, second, fourth and so on are written down.
     */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        counts.failed++;
        if (Long.bitCount(counts.failed) == 1) {
            log.error("a DNS question failed", "so_far", counts.failed, "cause", cause);
        }
    }
}
