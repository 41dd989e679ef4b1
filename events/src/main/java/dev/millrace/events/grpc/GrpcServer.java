package dev.millrace.events.grpc;

import dev.millrace.kernel.guard.Guard;
import dev.millrace.kernel.log.Log;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The methods of some services, for clients that speak HTTP/2 with prior knowledge. */
public final class GrpcServer {
    private static final int WINDOW_BYTES = 1 << 20;
    private static final int FRAME_BYTES = 1 << 18;

    /** A client may have so many calls at once on one connection. */
    private static final int CALLS_MAX = 10_000;

    private final Map<String, Method> methods;
    private final int messageBytesMax;
    private final Log log;

    /**
     * @param messageBytesMax the longest message of a client
     */
    public GrpcServer(Collection<Method> methods, int messageBytesMax, Log log) {
        this.methods =
                methods.stream().collect(Collectors.toMap(Method::path, Function.identity()));
        this.messageBytesMax = messageBytesMax;
        this.log = log;
    }

    /** Serves a connection that was accepted. */
    public void accept(Channel connection) {
        connection.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        Http2Settings settings =
                Http2Settings.defaultSettings()
                        .initialWindowSize(WINDOW_BYTES)
                        .maxFrameSize(FRAME_BYTES)
                        .maxConcurrentStreams(CALLS_MAX);
        connection
                .pipeline()
                .addLast(Http2FrameCodecBuilder.forServer().initialSettings(settings).build())
                .addLast(new Http2MultiplexHandler(new Calls()))
                .addLast(new Connection());
    }

    /** Adds a call to each stream that a client opens. */
    private final class Calls extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel stream) {
            stream.pipeline().addLast(new GrpcCall(methods, messageBytesMax, log, stream));
        }
    }

    /** The end of a connection's pipeline. */
    private static final class Connection extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            if (message instanceof Http2SettingsFrame) {
                // It speaks HTTP/2: no stranger any more.
                Guard.firstRequestDone(context.channel());
            }
            super.channelRead(context, message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
