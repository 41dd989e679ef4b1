package dev.millrace.kernel.net;

import dev.millrace.kernel.guard.Guard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;

/** A protocol whose request is any bytes and whose reply is the same. */
final class Echo extends ChannelInboundHandlerAdapter {
    static void speak(Channel channel) {
        channel.pipeline().addLast(new Echo());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Guard.firstRequestDone(context.channel());
        context.writeAndFlush(
                message instanceof DatagramPacket datagram
                        ? new DatagramPacket(datagram.content(), datagram.sender())
                        : message);
    }
}
