package dev.millrace.registry.check.probe;

import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;
import dev.millrace.registry.check.Probe;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;

/**
 * A datagram of one byte, a line feed. Whatever comes back passes; so does nothing until the
 * timeout, for many who listen do not answer. Critical is what the system says against it, mostly
 * that the peer's has nobody at that port (ICMP).
 *
 * <p>Consul's datagram is empty; Netty sends none that are.
 */
final class UdpConversation implements Probe.Asking {
    private static final byte[] DATAGRAM = {'\n'};

    private final Dialer dialer;
    private final CheckKind.Udp kind;
    private final Peer peer;
    private final Consumer<Answer> listener;
    private @Nullable Channel channel;
    private boolean isSent;
    private boolean isOver;

    UdpConversation(Dialer dialer, CheckKind.Udp kind, Peer peer, Consumer<Answer> listener) {
        this.dialer = dialer;
        this.kind = kind;
        this.peer = peer;
        this.listener = listener;
    }

    Probe.Asking begin() {
        dialer.find(peer, this::found);
        return this;
    }

    private void found(List<InetAddress> addresses) {
        if (isOver) {
            return;
        }
        if (addresses.isEmpty()) {
            answer(Answer.critical("dial udp: " + Fault.noSuchHost(peer.host())));
            return;
        }
        ChannelFuture connecting =
                dialer.datagrams()
                        .handler(new Ear())
                        .connect(new InetSocketAddress(addresses.getFirst(), peer.port()));
        if (Dialer.isStillborn(connecting)) {
            failed(connecting.cause());
            return;
        }
        channel = connecting.channel();
        connecting.addListener(
                _ -> {
                    if (connecting.isSuccess()) {
                        send(connecting.channel());
                    } else {
                        failed(connecting.cause());
                    }
                });
    }

    private void send(Channel connected) {
        if (isOver) {
            return;
        }
        ChannelFuture sending = connected.writeAndFlush(Unpooled.wrappedBuffer(DATAGRAM));
        sending.addListener(
                _ -> {
                    isSent = sending.isSuccess();
                    if (!isSent) {
                        failed(sending.cause());
                    }
                });
    }

    private void failed(Throwable cause) {
        answer(Answer.critical(peer + ": " + Fault.text(cause)));
    }

    private void passed() {
        answer(Answer.passing("UDP connect " + kind.address() + ": Success"));
    }

    private void answer(Answer answer) {
        if (!isOver) {
            cancel();
            listener.accept(answer);
        }
    }

    @Override
    public void timeOut() {
        if (isSent) {
            passed();
        } else {
            answer(Answer.critical("dial udp: " + peer + ": " + Fault.TIMEOUT));
        }
    }

    @Override
    public void cancel() {
        isOver = true;
        Channel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    private final class Ear extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
            passed();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failed(cause);
        }
    }
}
