package dev.millrace.registry.check.probe;

import dev.millrace.registry.check.Answer;
import dev.millrace.registry.check.CheckKind;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A call of {@code grpc.health.v1.Health/Check} (grpc/grpc, doc/health-checking.md) over HTTP/2
 * (doc/PROTOCOL-HTTP2.md).
 *
 * <pre>
 * request:  compressed u8 = 0 | length u32 | field 1, string: the service's name
 * response: compressed u8 = 0 | length u32 | field 1, enum: its status
 * </pre>
 */
final class GrpcConversation extends Conversation {
    private static final int MESSAGE_BYTES_MAX = 1_024;
    private static final int STATUS_OK = 0;

    /** No trailer said how the call ended. */
    private static final int STATUS_UNKNOWN = 2;

    private final CheckKind.Grpc kind;
    private final HealthTarget target;
    private final ByteBuf message = Unpooled.buffer(16);

    GrpcConversation(
            Place place, CheckKind.Grpc kind, HealthTarget target, Consumer<Answer> listener) {
        super(place, target.peer(), kind.tls(), listener);
        this.kind = kind;
        this.target = target;
    }

    @Override
    boolean http2() {
        return true;
    }

    @Override
    void codec(ChannelPipeline pipeline) {
        pipeline.addLast(Http2Client.codec());
        // No server opens a stream at a client that takes no pushes.
        pipeline.addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
    }

    @Override
    void ready(Channel channel) {
        Future<Http2StreamChannel> opening =
                new Http2StreamChannelBootstrap(channel).handler(new Call()).open();
        opening.addListener(
                _ -> {
                    if (opening.isSuccess()) {
                        send(opening.getNow());
                    } else if (!isOver()) {
                        broken(Fault.text(opening.cause()));
                    }
                });
    }

    private void send(Channel stream) {
        Http2Headers headers =
                new DefaultHttp2Headers()
                        .method("POST")
                        .scheme(kind.tls().isPresent() ? "https" : "http")
                        .authority(target.peer().toString())
                        .path("/grpc.health.v1.Health/Check")
                        .set("content-type", "application/grpc")
                        .set("user-agent", "millrace")
                        .set("te", "trailers");
        stream.write(new DefaultHttp2HeadersFrame(headers, false));
        stream.writeAndFlush(new DefaultHttp2DataFrame(request(), true));
    }

    private ByteBuf request() {
        byte[] name = target.service().getBytes(StandardCharsets.UTF_8);
        ByteBuf fields = Unpooled.buffer(name.length + 8);
        if (name.length > 0) {
            Varint.write(fields, 1 << 3 | Varint.WIRE_BYTES);
            Varint.write(fields, name.length);
            fields.writeBytes(name);
        }
        ByteBuf head = Unpooled.buffer(5).writeByte(0).writeInt(fields.readableBytes());
        return Unpooled.wrappedBuffer(head, fields);
    }

    /** The stream of the call. */
    private final class Call extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            try {
                if (!isOver()) {
                    heardOfCall(frame);
                }
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (!isOver() && event instanceof Http2ResetFrame reset) {
                refused(
                        13,
                        "stream terminated by RST_STREAM with error code: " + reset.errorCode());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!isOver()) {
                broken(Fault.text(cause));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!isOver()) {
                broken(Fault.END);
            }
        }
    }

    private void heardOfCall(Object frame) {
        switch (frame) {
            case Http2HeadersFrame headers when headers.isEndStream() -> ended(headers.headers());
            case Http2HeadersFrame headers -> begun(headers.headers());
            case Http2DataFrame data -> data(data);
            default -> {}
        }
    }

    private void begun(Http2Headers headers) {
        if (!"200".contentEquals(String.valueOf(headers.status()))) {
            unexpected(headers);
        }
    }

    private void unexpected(Http2Headers headers) {
        refused(14, "unexpected HTTP status code received from server: " + headers.status());
    }

    private void data(Http2DataFrame data) {
        if (message.readableBytes() + data.content().readableBytes() > MESSAGE_BYTES_MAX) {
            refused(8, "grpc: received message larger than max (> " + MESSAGE_BYTES_MAX + ")");
            return;
        }
        message.writeBytes(data.content());
        if (data.isEndStream()) {
            refused(13, "server closed the stream without sending trailers");
        }
    }

    private void ended(Http2Headers headers) {
        CharSequence number = headers.get("grpc-status");
        if (number == null && headers.status() != null) {
            unexpected(headers);
            return;
        }
        int status = GrpcStatus.number(String.valueOf(number), STATUS_UNKNOWN);
        if (status == STATUS_OK) {
            judge();
        } else {
            refused(status, GrpcStatus.decoded(headers.get("grpc-message")));
        }
    }

    private void judge() {
        int serving = ServingStatus.read(message);
        if (serving == ServingStatus.SERVING) {
            answer(Answer.passing("gRPC check " + kind.target() + ": success"));
        } else if (serving == ServingStatus.MALFORMED) {
            refused(
                    13,
                    "grpc: failed to unmarshal the received message: "
                            + ByteBufUtil.hexDump(message));
        } else {
            answer(
                    Answer.critical(
                            "gRPC "
                                    + kind.target()
                                    + " serving status: "
                                    + ServingStatus.name(serving)));
        }
    }

    private void refused(int status, String description) {
        answer(Answer.critical(GrpcStatus.error(status, description)));
    }

    @Override
    void broken(String reason) {
        refused(
                14,
                isReady()
                        ? "error reading from server: " + reason
                        : "connection error: desc = \"transport: Error while dialing: "
                                + reason
                                + "\"");
    }

    @Override
    public void timeOut() {
        refused(4, "context deadline exceeded");
    }
}
