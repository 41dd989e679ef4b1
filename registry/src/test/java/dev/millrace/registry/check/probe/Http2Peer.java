package dev.millrace.registry.check.probe;

import dev.millrace.kernel.config.BadSettings;
import dev.millrace.kernel.net.Transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A peer that speaks HTTP/2 and answers every call as a test wants it. */
final class Http2Peer implements AutoCloseable {
    private final EventLoopGroup loops;
    private final Channel server;
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    /** What is answered to a call. */
    @FunctionalInterface
    interface Script {
        void answer(Channel stream);
    }

    Http2Peer(Optional<Certificates> certificates, Script script) throws Exception {
        this.loops = loops();
        Optional<SslContext> tls =
                certificates.isPresent() ? Optional.of(tls(certificates.get())) : Optional.empty();
        this.server =
                new ServerBootstrap()
                        .group(loops)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel connection) {
                                        serve(connection, tls, script);
                                    }
                                })
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
    }

    private static EventLoopGroup loops() throws BadSettings {
        return Transport.of(Transport.Choice.NIO).loops("http2-peer", 1);
    }

    private static SslContext tls(Certificates certificates) throws Exception {
        return SslContextBuilder.forServer(certificates.keys())
                .applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                                ApplicationProtocolConfig.Protocol.ALPN,
                                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                                "h2"))
                .build();
    }

    private void serve(Channel connection, Optional<SslContext> tls, Script script) {
        tls.ifPresent(
                context -> connection.pipeline().addLast(context.newHandler(connection.alloc())));
        connection
                .pipeline()
                .addLast(Http2FrameCodecBuilder.forServer().build())
                .addLast(
                        new Http2MultiplexHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel stream) {
                                        stream.pipeline().addLast(new Call(script));
                                    }
                                }));
    }

    private final class Call extends ChannelInboundHandlerAdapter {
        private final Script script;
        private String head = "";

        Call(Script script) {
            this.script = script;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2HeadersFrame headers) {
                head = headers.headers().method() + " " + headers.headers().path();
            }
            if (frame instanceof Http2DataFrame data && data.isEndStream()) {
                requests.add(head + " " + data.content().toString(StandardCharsets.ISO_8859_1));
                script.answer(context.channel());
            }
            ReferenceCountUtil.release(frame);
        }
    }

    /** An answer with a message and a status. */
    static Script health(byte[] message, int grpcStatus, String text) {
        return stream -> {
            Http2Headers headers =
                    new DefaultHttp2Headers().status("200").set("content-type", "application/grpc");
            stream.write(new DefaultHttp2HeadersFrame(headers, false));
            stream.write(new DefaultHttp2DataFrame(framed(message), false));
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(trailers(grpcStatus, text), true));
        };
    }

    /** An answer of trailers only. */
    static Script refusal(int grpcStatus, String text) {
        return stream -> {
            Http2Headers headers =
                    trailers(grpcStatus, text)
                            .status("200")
                            .set("content-type", "application/grpc");
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, true));
        };
    }

    /** An answer of HTTP that is none of gRPC. */
    static Script web(String status, String body) {
        return stream -> {
            stream.write(
                    new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status(status), false));
            stream.writeAndFlush(
                    new DefaultHttp2DataFrame(
                            Unpooled.copiedBuffer(body, StandardCharsets.UTF_8), true));
        };
    }

    static Script reset() {
        return stream ->
                stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
    }

    private static Http2Headers trailers(int grpcStatus, String text) {
        Http2Headers trailers = new DefaultHttp2Headers().set("grpc-status", "" + grpcStatus);
        return text.isEmpty() ? trailers : trailers.set("grpc-message", text);
    }

    private static ByteBuf framed(byte[] message) {
        return Unpooled.buffer().writeByte(0).writeInt(message.length).writeBytes(message);
    }

    String address() {
        return "127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort();
    }

    String nextRequest() throws InterruptedException {
        String request = requests.poll(30, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("nobody asked");
        }
        return request;
    }

    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
