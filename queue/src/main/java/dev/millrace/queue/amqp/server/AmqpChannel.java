package dev.millrace.queue.amqp.server;

import dev.millrace.kernel.guard.Guard;
import dev.millrace.queue.amqp.broker.Broker;
import dev.millrace.queue.amqp.session.Connection;
import dev.millrace.queue.amqp.session.Options;
import dev.millrace.queue.amqp.session.Peer;
import dev.millrace.queue.server.Outlet;
import dev.millrace.queue.server.Part;
import dev.millrace.queue.server.QueueLoop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;

/** A client's socket: keeps what is not yet whole, and hands it on in the turns of the loop. */
final class AmqpChannel extends ChannelInboundHandlerAdapter implements Peer, Part {
    /** How long a stranger may take to become a client. */
    private static final long HANDSHAKE_MILLIS = 10_000;

    private static final long PAUSE_MILLIS = 5;

    private final QueueLoop loop;
    private final Channel channel;
    private final Outlet outlet;
    private final Connection connection;
    private @Nullable ByteBuf come;
    private boolean joined;
    private boolean suspended;
    private boolean sending;

    AmqpChannel(QueueLoop loop, Broker broker, Options options, Channel channel) {
        this.loop = loop;
        this.channel = channel;
        this.outlet = loop.outlet(channel);
        this.connection = new Connection(broker, options, this);
    }

    Connection connection() {
        return connection;
    }

    // ---- From the socket

    @Override
    public void channelActive(ChannelHandlerContext context) {
        loop.executor()
                .schedule(
                        () -> {
                            if (connection.isHandshaking()) {
                                channel.close();
                            }
                        },
                        HANDSHAKE_MILLIS,
                        TimeUnit.MILLISECONDS);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        ByteBuf before = come;
        come =
                before == null
                        ? bytes
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                context.alloc(), before, bytes);
        join();
    }

    private void join() {
        if (!joined) {
            joined = true;
            loop.join(this);
        }
    }

    @Override
    public void change() {
        joined = false;
        ByteBuf bytes = come;
        if (bytes == null || suspended) {
            return;
        }
        connection.receive(bytes);
        if (!bytes.isReadable()) {
            come = null;
            bytes.release();
        }
    }

    @Override
    public void committed() {
        if (!connection.isHandshaking()) {
            Guard.firstRequestDone(channel);
        }
        connection.flush();
        if (connection.hasPublished() && loop.isCongested()) {
            pause();
        }
    }

    @Override
    public void failed(RuntimeException cause) {
        loop.log().error("an AMQP connection ends", "cause", cause);
        channel.close();
    }

    /** The disk is slower than this publisher: nothing is read from it for a moment. */
    private void pause() {
        suspended(true);
        loop.executor()
                .schedule(
                        () -> {
                            if (loop.isCongested()) {
                                pause();
                            } else {
                                suspended(false);
                            }
                        },
                        PAUSE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            loop.change(connection::writable);
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ByteBuf bytes = come;
        if (bytes != null) {
            come = null;
            bytes.release();
        }
        loop.change(connection::gone);
        outlet.gone();
        context.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent idle) {
            if (idle.state() == IdleState.WRITER_IDLE) {
                connection.heartbeat();
            } else if (!suspended) {
                // Of whom nothing is read, because there is no space, nothing can be heard.
                channel.close();
            }
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            loop.log().error("an AMQP connection ends", "cause", cause);
        }
        channel.close();
    }

    // ---- To the socket

    @Override
    public ByteBuf buffer() {
        return channel.alloc().buffer(1024);
    }

    @Override
    public void send(ByteBuf bytes, long dependsOn) {
        outlet.write(bytes, dependsOn);
        outlet.flush();
    }

    @Override
    public void sendSoon() {
        if (!sending) {
            sending = true;
            loop.executor()
                    .execute(
                            () -> {
                                sending = false;
                                connection.flush();
                            });
        }
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void suspended(boolean waits) {
        suspended = waits;
        channel.config().setAutoRead(!waits);
        if (!waits) {
            join();
        }
    }

    @Override
    public void heartbeat(int seconds) {
        if (seconds > 0) {
            // Who was not heard of for twice the interval is gone (specification, section 4.2.7).
            channel.pipeline()
                    .addFirst(
                            new IdleStateHandler(
                                    2000L * seconds, 500L * seconds, 0, TimeUnit.MILLISECONDS));
        }
    }

    @Override
    public void closeAfterWrites() {
        loop.executor()
                .execute(
                        () -> {
                            connection.flush();
                            outlet.closeAfterWrites();
                        });
    }

    @Override
    public void closeWithin(long millis) {
        loop.executor().schedule(() -> channel.close(), millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public String certifiedName() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return "";
        }
        try {
            String subject = tls.engine().getSession().getPeerPrincipal().getName();
            for (Rdn part : new LdapName(subject).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return part.getValue().toString();
                }
            }
        } catch (SSLPeerUnverifiedException | InvalidNameException anonymous) {
            return "";
        }
        return "";
    }
}
