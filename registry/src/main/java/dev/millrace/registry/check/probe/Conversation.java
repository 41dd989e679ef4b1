package dev.millrace.registry.check.probe;

import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;
import dev.millrace.registry.check.Probe;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.function.Consumer;

import javax.net.ssl.SSLException;

/**
 * One question over a connection, up to its one answer. A kind says what goes into the pipeline,
 * what it sends when it is connected (after the handshake, if TLS is wanted), what it makes of what
 * comes, and what it answers when the connection fails, ends or takes too long.
 *
 * <pre>
 * dialing ──▶ (handshake) ──▶ ready ──▶ heard… ──▶ over
 *    └── failed ──┴────────────┴─ broken, ended, timeOut ──▶ over
 * </pre>
 *
 * <p>Whatever a channel says after the answer, or after another was dialled, is not heard.
 */
abstract class Conversation implements Probe.Asking, Dialer.Caller {
    private final Dialer dialer;
    private final TlsClients tlsClients;
    private final Consumer<Answer> listener;
    private Peer peer;
    private Optional<CheckKind.Tls> tls;
    private @Nullable Channel channel;
    private boolean isReady;
    private boolean isOver;

    /** What a conversation needs of the place where it is held. */
    record Place(Dialer dialer, TlsClients tlsClients) {}

    Conversation(Place place, Peer peer, Optional<CheckKind.Tls> tls, Consumer<Answer> listener) {
        this.dialer = place.dialer;
        this.tlsClients = place.tlsClients;
        this.peer = peer;
        this.tls = tls;
        this.listener = listener;
    }

    /** Adds what decodes and encodes, before the conversation itself. */
    abstract void codec(ChannelPipeline pipeline);

    /** Whether TLS has to agree on HTTP/2. */
    boolean http2() {
        return false;
    }

    /** The connection, and its TLS, is there. */
    abstract void ready(Channel channel);

    /** Something was decoded; whoever overrides this releases it. */
    void heard(Object message) {
        ReferenceCountUtil.release(message);
    }

    /** No connection, or no more of it. */
    abstract void broken(String reason);

    /** Begins. */
    final Probe.Asking dial() {
        dialer.dial(peer, this);
        return this;
    }

    /** Asks another peer, and no more the one before. */
    final void dialNext(Peer next, Optional<CheckKind.Tls> nextTls) {
        closeChannel();
        peer = next;
        tls = nextTls;
        isReady = false;
        dialer.dial(peer, this);
    }

    /** Gives the answer, if none was, and closes the connection. */
    final void answer(Answer answer) {
        if (!isOver) {
            isOver = true;
            closeChannel();
            listener.accept(answer);
        }
    }

    /** Whether it came as far as {@link #ready}. */
    final boolean isReady() {
        return isReady;
    }

    @Override
    public final void cancel() {
        isOver = true;
        closeChannel();
    }

    @Override
    public final boolean isOver() {
        return isOver;
    }

    @Override
    public final ChannelHandler handler() {
        return new Setup();
    }

    @Override
    public final void opened(Channel opened) {
        channel = opened;
    }

    @Override
    public final void connected(Channel connected) {
        if (tls.isEmpty()) {
            begin(connected);
        }
    }

    @Override
    public final void failed(String reason) {
        broken(reason);
    }

    private void begin(Channel connected) {
        if (isHeard(connected)) {
            isReady = true;
            ready(connected);
        }
    }

    private boolean isHeard(Channel from) {
        return !isOver && from.equals(channel);
    }

    private void closeChannel() {
        Channel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    private final class Setup extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel opening) throws SSLException {
            ChannelPipeline pipeline = opening.pipeline();
            if (tls.isPresent()) {
                pipeline.addLast(tlsClients.handler(opening.alloc(), tls.get(), peer, http2()));
            }
            codec(pipeline);
            pipeline.addLast(new Ear());
        }
    }

    /** The events of one channel. */
    private final class Ear extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (isHeard(context.channel())) {
                heard(message);
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    begin(context.channel());
                } else {
                    failed(context, handshake.cause());
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (isHeard(context.channel())) {
                broken(Fault.END);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failed(context, cause);
        }

        private void failed(ChannelHandlerContext context, Throwable cause) {
            if (isHeard(context.channel())) {
                broken(Fault.text(cause));
            }
        }
    }
}
