package dev.millrace.events.grpc;

import dev.millrace.kernel.log.Log;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One stream of HTTP/2, which is one call.
 *
 * <pre>
 *   waiting for headers → open → half closed (the client sends no more) → over
 *          any          → over (the client reset it, or went away)
 * </pre>
 */
final class GrpcCall extends ChannelInboundHandlerAdapter implements Call {
    private static final String CONTENT_TYPE = "content-type";
    private static final int PREFIX_BYTES = 5;

    /**
     * What is kept of a client's bytes until a message is whole, beyond which memory is given back.
     */
    private static final int COME_BYTES = 1 << 10;

    private final Map<String, Method> methods;
    private final int messageBytesMax;
    private final Log log;
    private final Channel channel;
    private @Nullable Http2Headers headers;
    private @Nullable Requests requests;
    private @Nullable ByteBuf come;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean headersSent;
    private boolean over;

    /**
     * @param messageBytesMax the longest message of a client
     */
    GrpcCall(Map<String, Method> methods, int messageBytesMax, Log log, Channel channel) {
        this.methods = methods;
        this.messageBytesMax = messageBytesMax;
        this.log = log;
        this.channel = channel;
    }

    // ---- From the client

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            switch (message) {
                case Http2HeadersFrame frame -> headers(frame);
                case Http2DataFrame frame -> data(frame);
                case Http2ResetFrame _ -> cancelled();
                default -> {
                    // Priorities, windows: Netty's business.
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void headers(Http2HeadersFrame frame) {
        if (headers == null) {
            headers = frame.headers();
            begin(frame.headers());
        }
        if (frame.isEndStream()) {
            halfClosed();
        }
    }

    private void begin(Http2Headers wanted) {
        CharSequence type = wanted.get(CONTENT_TYPE);
        if (type == null || !type.toString().startsWith("application/grpc")) {
            refuseHttp("415");
            return;
        }
        Method method = methods.get(String.valueOf(wanted.path()));
        if (method == null) {
            end(new Status(Status.Code.UNIMPLEMENTED, "Service is unimplemented."));
            return;
        }
        String encoding = header("grpc-encoding");
        if (!encoding.isEmpty() && !encoding.equals("identity")) {
            end(
                    new Status(Status.Code.UNIMPLEMENTED, "grpc-encoding: " + encoding)
                            .with("grpc-accept-encoding", "identity"));
            return;
        }
        limit(header("grpc-timeout"));
        requests = method.start().begin(this);
    }

    /** No gRPC: an HTTP status is all that such a client understands. */
    private void refuseHttp(String status) {
        over = true;
        channel.writeAndFlush(
                new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status(status), true));
    }

    private void limit(String timeout) {
        if (timeout.isEmpty()) {
            return;
        }
        long nanos = Timeout.nanos(timeout);
        if (nanos < 0) {
            end(new Status(Status.Code.INTERNAL, "grpc-timeout: " + timeout));
            return;
        }
        deadline =
                channel.eventLoop()
                        .schedule(
                                () -> {
                                    Requests served = requests;
                                    if (!over && served != null) {
                                        end(
                                                new Status(
                                                        Status.Code.DEADLINE_EXCEEDED,
                                                        "deadline exceeded"));
                                        served.cancelled();
                                    }
                                },
                                nanos,
                                TimeUnit.NANOSECONDS);
    }

    private void data(Http2DataFrame frame) {
        Requests served = requests;
        if (over || served == null) {
            return;
        }
        ByteBuf bytes = frame.content();
        ByteBuf before = come;
        if (before != null) {
            before.writeBytes(bytes);
            bytes = before;
        }
        take(served, bytes);
        keep(bytes, before);
        if (frame.isEndStream()) {
            halfClosed();
        }
    }

    private void take(Requests served, ByteBuf bytes) {
        while (!over && bytes.readableBytes() >= PREFIX_BYTES) {
            long length = bytes.getUnsignedInt(bytes.readerIndex() + 1);
            if (bytes.getByte(bytes.readerIndex()) != 0) {
                end(new Status(Status.Code.INTERNAL, "a compressed message without an encoding"));
                return;
            }
            if (length > messageBytesMax) {
                end(
                        new Status(
                                Status.Code.RESOURCE_EXHAUSTED,
                                "Received message exceeds the maximum configured message size: "
                                        + length
                                        + " (expected: <= "
                                        + messageBytesMax
                                        + ")"));
                return;
            }
            if (bytes.readableBytes() < PREFIX_BYTES + length) {
                return;
            }
            bytes.skipBytes(PREFIX_BYTES);
            served.message(bytes.memoryAddress() + bytes.readerIndex(), (int) length);
            bytes.skipBytes((int) length);
        }
    }

    /** Keeps what is not yet a whole message. */
    private void keep(ByteBuf bytes, @Nullable ByteBuf before) {
        if (over) {
            letGo();
            return;
        }
        if (before == null) {
            if (bytes.isReadable()) {
                ByteBuf made = channel.alloc().directBuffer(bytes.readableBytes());
                made.writeBytes(bytes);
                come = made;
            }
            return;
        }
        if (!before.isReadable()) {
            come = null;
            before.release();
        } else if (before.readerIndex() > COME_BYTES) {
            before.discardReadBytes();
        }
    }

    private void letGo() {
        ByteBuf kept = come;
        if (kept != null) {
            come = null;
            kept.release();
        }
    }

    private void halfClosed() {
        Requests served = requests;
        if (over || served == null) {
            return;
        }
        if (come != null) {
            end(new Status(Status.Code.INTERNAL, "the last message is not whole"));
            served.cancelled();
            return;
        }
        served.halfClosed();
    }

    private void cancelled() {
        Requests served = requests;
        if (!over && served != null) {
            over();
            served.cancelled();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancelled();
        letGo();
        context.fireChannelInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Requests served = requests;
        if (!over && served != null && channel.isWritable()) {
            served.writable();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("a call ends", "cause", cause);
        }
        cancelled();
        context.close();
    }

    // ---- To the client

    @Override
    public String header(String name) {
        Http2Headers asked = headers;
        CharSequence value = asked == null ? null : asked.get(name);
        return value == null ? "" : value.toString();
    }

    @Override
    public InetSocketAddress local() {
        return (InetSocketAddress) channel.parent().localAddress();
    }

    @Override
    public ByteBuf buffer(int bytesExpected) {
        // Of the connection, not of the stream, whose allocator asks the system for each large one.
        return channel.parent().alloc().directBuffer(bytesExpected);
    }

    private void sendHeaders() {
        if (!headersSent) {
            headersSent = true;
            channel.write(
                    new DefaultHttp2HeadersFrame(
                            new DefaultHttp2Headers()
                                    .status("200")
                                    .set(CONTENT_TYPE, "application/grpc")));
        }
    }

    @Override
    public void send(ByteBuf messages) {
        if (over) {
            messages.release();
            return;
        }
        sendHeaders();
        channel.writeAndFlush(new DefaultHttp2DataFrame(messages));
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void suspended(boolean waits) {
        channel.config().setAutoRead(!waits);
    }

    @Override
    public void end(Status status) {
        if (over) {
            return;
        }
        over();
        Http2Headers trailers = new DefaultHttp2Headers();
        if (!headersSent) {
            trailers.status("200").set(CONTENT_TYPE, "application/grpc");
        }
        trailers.setInt("grpc-status", status.code().number());
        if (!status.message().isEmpty()) {
            trailers.set("grpc-message", Status.encoded(status.message()));
        }
        status.details().forEach((name, value) -> trailers.set(name, Status.encoded(value)));
        channel.writeAndFlush(new DefaultHttp2HeadersFrame(trailers, true));
        if (requests == null || status.code() != Status.Code.OK) {
            // What the client still sends is of no use: it may stop (RFC 9113, section 8.1).
            channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        }
    }

    private void over() {
        over = true;
        ScheduledFuture<?> running = deadline;
        if (running != null) {
            running.cancel(false);
        }
    }

    @Override
    public boolean isOver() {
        return over;
    }
}
